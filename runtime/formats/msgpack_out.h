/* msgpack_out.h - the one writer of MessagePack (https://msgpack.org): values in their shortest form, as Python's
 * msgpack and spaCy's srsly write them. */
#ifndef TERN_MSGPACK_OUT_H
#define TERN_MSGPACK_OUT_H

#include <stdint.h>

#include "bytes.h"
#include "json_in.h"

/* The most bytes of a string or of binary data, and the most items of an array or a map. */
#define MSGPACK_MOST UINT32_MAX

/* What announces so many items, pairs or bytes, which the caller appends. */
void msgpack_array(bytes *out, uint32_t items);
void msgpack_map(bytes *out, uint32_t pairs);
void msgpack_binary(bytes *out, uint32_t len);

/* text: UTF-8, U+0000 allowed, at most MSGPACK_MOST bytes: more sets out->failed. */
void msgpack_string(bytes *out, const char *text, size_t len);
void msgpack_cstring(bytes *out, const char *text);

void msgpack_bool(bytes *out, int value);
void msgpack_unsigned(bytes *out, uint64_t value);
void msgpack_double(bytes *out, double value);

/* A JSON value, as Python's json.loads reads it; data: what was parsed (json_in.h). An integer beyond 64 bits, which
 * MessagePack does not have, becomes the nearest double. */
void msgpack_json(bytes *out, const json_node *value, const char *data);

#endif
