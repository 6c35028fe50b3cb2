// What every page loads: the design system's styles and htmx.
import "../styles/app.css";
import "htmx.org";
import "./copying.ts";
