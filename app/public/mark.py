"""The bank's mark as outlines: three ridges in a round seal, for pages that must open at once."""

from markupsafe import Markup

MARK = Markup(  # our own drawing, nothing of anybody's input
    '<svg class="mark" viewBox="0 0 48 48" width="40" height="40" aria-hidden="true">'
    '<circle cx="24" cy="24" r="22.4" fill="#fff" stroke="#0f3d5e" stroke-width="1.6"/>'
    '<path d="M11 26.5 19.6 19l5.6-8.2L29.4 18l8.4 9.4-13 3z" fill="#728a9d"/>'
    '<path d="M4.4 31.6c6.6-5.8 12.4-7.4 19-4.2 4.8 2.3 10 3.6 19.2.7l-1 4.9L24 37z" fill="#3f6285"/>'
    '<path d="M8.2 38c5.6-4.8 13.6-7.6 20-5.6 5 1.6 8.6 1.4 13.2-.6'
    'C38.6 39.6 32 45 24 45c-6.2 0-11.8-2.6-15.8-7z"'
    ' fill="#0f3d5e"/></svg>'
)
