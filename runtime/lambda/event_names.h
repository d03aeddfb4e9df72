/* event_names.h - what an event, or a message of a queue, is that is no request: for the sentence that refuses it.
 * Names of services and keys are said, values never. */
#ifndef TERN_EVENT_NAMES_H
#define TERN_EVENT_NAMES_H

#include "bytes.h"
#include "json_in.h"

/* Appends "cannot answer WHAT: what to do instead" if it is an event that AWS is known to send, or an array: 1.
 * Otherwise 0. */
int event_name(const json_node *event, bytes *out);

/* Appends what can be said of any other: " with the keys ...", " without members", ... */
void event_name_by_keys(const json_node *event, bytes *out);

#endif
