/* model_bind.h - sections of a .tern file -> the checked structs of model.h. */
#ifndef TERN_MODEL_BIND_H
#define TERN_MODEL_BIND_H

#include "model.h"

/* Fills *model from model->file. On failure err names the section and what is wrong with it. */
tern_status model_bind(tern_model *model, tern_error *err);

#endif
