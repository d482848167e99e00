"""The static picture of a view: what a notebook shows where there is no widget, and before it has loaded.

Drawn with Pillow, which is imported with this package and not before. It is a light-theme picture at two pixels for
each CSS pixel, whatever the theme of the page that wrote it: nobody knows where it will be read.
"""

from .draw import Picture, draw

__all__ = ["Picture", "draw"]
