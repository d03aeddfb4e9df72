#include "task.h"

#include "names.h"

static const char *const names[TASK_COUNT] = {
    [TASK_NER] = "ner", [TASK_SENTIMENT] = "sentiment", [TASK_REDACT] = "redact"};

const char *task_name(task_kind of) { return names[of == TASK_ANY ? TASK_NER : of]; }

int task_from_name(const char *name, size_t len) { return name_index(names, TASK_COUNT, name, len); }
