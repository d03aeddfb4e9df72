/* pipe_line.h - what `tern pipe` says of a line. */
#ifndef TERN_PIPE_LINE_H
#define TERN_PIPE_LINE_H

#include "model_run.h"

/* One line of `tern pipe`: {"text": ...} or {"tokens": ..., "spaces": ...} -> the document with all that the components
 * give (doc_json.h), or {"error": ...} with a status. An empty text is a document without tokens, as in spaCy. */
void handle_pipe(tern_ctx *ctx, const char *line, size_t len, const handler_settings *settings, response *out);

#endif
