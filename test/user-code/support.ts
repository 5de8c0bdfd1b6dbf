/** Debian's interpreter, which has the packages that the set-up installs for the tests. */
export const PYTHON = '/usr/bin/python3';
