/* mapped_file.h - whether a file that is mapped still is as it was, by its size and time of modification: what was
 * written to it since is what the process reads. A file that was replaced by a rename, or removed, is as it was. */
#ifndef TERN_MAPPED_FILE_H
#define TERN_MAPPED_FILE_H

typedef struct mapped_file mapped_file;

/* Before the file is mapped. NULL where it cannot be told: then it never has changed. */
mapped_file *mapped_file_open(const char *path);
int mapped_file_has_changed(const mapped_file *file);
void mapped_file_close(mapped_file *file); /* NULL is allowed, here and above */

#endif
