// Made by tools/npm: the package's own files, with their sizes in bytes and their SHA-256.
export const FILES = {};
