#include "sentencizer.h"

#include "token_values.h"

/* Is the token one of the marks that end a sentence? */
static int is_mark(const sentencizer_tables *t, const tern_doc *doc, size_t token)
{
    return id_find(t->marks, t->mark_count, doc->attr[ATTR_ORTH][token]) < t->mark_count;
}

/* Sets sent_start to 1 or -1 where it is 0; everywhere, if the pipeline says so. 0, or -1 when interrupted. */
static int annotate(const sentencizer_tables *t, tern_doc *doc)
{
    int after_mark = 1; /* the first token begins a sentence, whatever it is */
    for (size_t i = 0; i < doc->token_count; i++) {
        if (interrupted_at(doc->interruption, i)) return -1;
        int mark = is_mark(t, doc, i);
        int begins = i == 0 || (after_mark && !mark && !token_character_flag(doc, PATTERN_IS_PUNCT, i));
        if (begins) after_mark = 0;
        if (mark) after_mark = 1;
        if (!doc->sent_start[i] || t->overwrite) doc->sent_start[i] = begins ? 1 : -1;
    }
    return 0;
}

/* ---- the component ----------------------------------------------------------------------------------------------- */

static void bind(binder *b, tern_model *model, component_model *self)
{
    (void)model;
    sentencizer_tables *s = &self->sentencizer;
    s->overwrite = bind_switch(b, "/settings");
    s->marks = bind_vector(b, "/marks", TERN_DTYPE_U64, &s->mark_count);
}

static tern_status finish(const component_run *run, const vector_source *source, tern_error *err)
{
    (void)source;
    return annotate(&run->component->sentencizer, run->doc) ? doc_gave_up(run->doc, err) : TERN_OK;
}

const component_methods sentencizer_component = {
    .number = COMPONENT_SENTENCIZER,
    .name = "sentencizer",
    .gives = TERN_SENTENCES,
    .bind = bind,
    .finish = finish,
};
