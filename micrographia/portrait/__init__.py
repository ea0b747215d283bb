"""How any page tells of an image: where it is found, its card in a row of images, its particulars."""
