"""Documents that whoever asks brings along: read, asked in, and gone again. None is ever in the library."""
