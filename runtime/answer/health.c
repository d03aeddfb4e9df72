#include "health.h"

#include "json_out.h"

/* The names of those that can do the task; of all for TASK_ANY. */
static void write_names(bytes *out, const model_set *models, task_kind task)
{
    int first = 1;
    bytes_text(out, "[");
    for (const named_model *m = models->item; m < models->item + models->count; m++) {
        if (task != TASK_ANY && !(m->tasks & TASK_BIT(task))) continue;
        bytes_text(out, first ? "" : ", ");
        json_out_cstring(out, m->name);
        first = 0;
    }
    bytes_text(out, "]");
}

void handle_health(const model_set *models, response *out)
{
    const named_model *model = models_default(models, TASK_ANY);
    response_begin(out);
    bytes_text(&out->body, "{\"status\": \"ok\", \"model\": ");
    json_out_cstring(&out->body, model ? model->name : "");
    bytes_text(&out->body, ", \"models\": ");
    write_names(&out->body, models, TASK_ANY);
    for (task_kind task = TASK_NER; task < TASK_COUNT; task++)
        if (models_default(models, task)) {
            bytes_format(&out->body, ", \"%s\": ", task_name(task));
            write_names(&out->body, models, task);
        }
    bytes_text(&out->body, "}");
    response_end(out);
}
