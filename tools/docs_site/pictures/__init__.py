"""Draws the flowcharts of the pages as SVG while the site is built, so that readers load no script for them."""
