"""The player: the browser component that shows an image on every page, in workspaces and in notebooks."""
