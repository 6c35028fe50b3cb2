// The entry of the editor's page.
import "../styles/editor.css";
import "./editor/poster-editor.ts";
