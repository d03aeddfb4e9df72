#include "task.h"

#include "names.h"

static const char *const names[TASK_COUNT] = {[TASK_NER] = "ner", [TASK_SENTIMENT] = "sentiment"};

const char *task_name(task_kind of) { return of == TASK_SENTIMENT ? names[TASK_SENTIMENT] : names[TASK_NER]; }

int task_from_name(const char *name, size_t len) { return name_index(names, TASK_COUNT, name, len); }
