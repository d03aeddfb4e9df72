#include "merges.h"

#include "error.h"
#include "noun_chunks.h"
#include "retokenize.h"

#include <string.h>

static tern_status merge(const component_run *run, size_t count, retokenize_scratch *s, tern_error *err)
{
    return retokenize_merge(run, s->ranges.data, count, s) ? doc_gave_up(run->doc, err) : TERN_OK;
}

/* Room for ranges, which share no token. NULL when out of memory. */
static token_range *reserve_ranges(const tern_doc *doc, retokenize_scratch *s)
{
    return buffer_reserve(&s->ranges, doc->token_count + 1, sizeof(token_range)) ? NULL : s->ranges.data;
}

/* ---- entities ---------------------------------------------------------------------------------------------------- */

static void bind_nothing(binder *b, tern_model *model, component_model *self)
{
    (void)b;
    (void)model;
    (void)self;
}

static tern_status merge_entities(const component_run *run, const vector_source *source, tern_error *err)
{
    const tern_doc *doc = run->doc;
    token_range *ranges = reserve_ranges(doc, run->scratch);
    (void)source;
    if (!ranges) return doc_gave_up(doc, err);
    size_t count = 0;
    for (size_t i = 0; i < doc->entity_count; i++)
        if (doc->entity[i].label != NO_STRING)
            ranges[count++] = (token_range){doc->entity[i].token_start, doc->entity[i].token_end};
    return merge(run, count, run->scratch, err);
}

const component_methods merge_entities_component = {
    .number = COMPONENT_MERGE_ENTITIES,
    .name = "merge_entities",
    .scratch_size = sizeof(retokenize_scratch),
    .bind = bind_nothing,
    .finish = merge_entities,
    .release = retokenize_scratch_free,
    .free = retokenize_scratch_free,
};

/* ---- noun chunks ------------------------------------------------------------------------------------------------- */

typedef struct chunk_scratch {
    retokenize_scratch retokenize;
    noun_chunk_scratch chunks;
    buffer end_at; /* uint32_t [tokens] end of the chunk that begins there, or 0 */
} chunk_scratch;

/* Retokenizer.merge leaves out a chunk that is there already, and raises an error for an empty one (E199) and for one
 * that shares a token with another (E102). Lists the rest by their beginnings. How many there are, or -1 for an error.
 */
static int64_t list_chunks(const tern_doc *doc, uint32_t *end_at, token_range *ranges)
{
    int64_t count = 0;
    uint32_t taken = 0;
    memset(end_at, 0, doc->token_count * sizeof *end_at);
    for (size_t i = 0; i < doc->chunk_count; i++) {
        const noun_chunk *c = &doc->chunk[i];
        if (c->token_start == c->token_end || (end_at[c->token_start] && end_at[c->token_start] != c->token_end))
            return -1;
        end_at[c->token_start] = c->token_end;
    }
    for (uint32_t i = 0; i < doc->token_count; i++) {
        if (!end_at[i]) continue;
        if (i < taken) return -1;
        taken = end_at[i];
        ranges[count++] = (token_range){i, taken};
    }
    return count;
}

static tern_status refuse_chunks(tern_error *err)
{
    return fail(err, TERN_E_UNSUPPORTED, 0,
                "spaCy raises an error for the noun chunks of this text, which share tokens or have none: leave "
                "merge_noun_chunks out");
}

static tern_status merge_noun_chunks(const component_run *run, const vector_source *source, tern_error *err)
{
    tern_doc *doc = run->doc;
    chunk_scratch *s = run->scratch;
    token_range *ranges = reserve_ranges(doc, &s->retokenize);
    int found = 0;
    (void)source;
    if (!ranges || buffer_reserve(&s->end_at, doc->token_count, sizeof(uint32_t))) return doc_gave_up(doc, err);
    if (!doc_has_strings(doc, COLUMN_DEP)) return TERN_OK;
    if (noun_chunks_find(doc, &s->chunks, &found)) return doc_gave_up(doc, err);
    if (!found) return refuse_chunks(err);
    const int64_t count = list_chunks(doc, s->end_at.data, ranges);
    doc->chunk_count = 0; /* their tokens will be others */
    return count < 0 ? refuse_chunks(err) : merge(run, (size_t)count, &s->retokenize, err);
}

static void free_chunk_scratch(void *scratch)
{
    chunk_scratch *s = scratch;
    retokenize_scratch_free(&s->retokenize);
    noun_chunk_scratch_free(&s->chunks);
    buffer_free(&s->end_at);
}

static void bind_chunks(binder *b, tern_model *model, component_model *self)
{
    (void)self;
    if (!b->status && !model->noun_chunks.count)
        bind_refuse(b, "", "needs noun chunks, and the file has no rules for them");
}

const component_methods merge_noun_chunks_component = {
    .number = COMPONENT_MERGE_NOUN_CHUNKS,
    .name = "merge_noun_chunks",
    .scratch_size = sizeof(chunk_scratch),
    .bind = bind_chunks,
    .finish = merge_noun_chunks,
    .release = free_chunk_scratch,
    .free = free_chunk_scratch,
};

/* ---- parts of a word --------------------------------------------------------------------------------------------- */

static void bind_subtokens(binder *b, tern_model *model, component_model *self)
{
    uint32_t one = 1;
    const uint32_t *label = bind_vector(b, "/label", TERN_DTYPE_U32, &one);
    if (!b->status) bind_check_labels(b, "/label", label, 1, &model->strings, 0);
    if (!b->status) self->subtoken_label = *label;
}

/* Tokens that have the label, with the one that follows them: the longest of spaCy's matches, which hold all others. */
static tern_status merge_subtokens(const component_run *run, const vector_source *source, tern_error *err)
{
    const tern_doc *doc = run->doc;
    const uint32_t tokens = (uint32_t)doc->token_count, label = run->component->subtoken_label;
    token_range *ranges = reserve_ranges(doc, run->scratch);
    size_t count = 0;
    (void)source;
    if (!ranges) return doc_gave_up(doc, err);
    if (!doc_has_strings(doc, COLUMN_DEP))
        return fail(
            err, TERN_E_UNSUPPORTED, 0,
            "merge_subtokens needs a parser before it, as in spaCy, which raises an error: run one, or leave it out");
    for (uint32_t i = 0; i < tokens; i++) {
        if (doc->column[COLUMN_DEP][i] != label) continue;
        const uint32_t start = i;
        while (i < tokens && doc->column[COLUMN_DEP][i] == label) i++;
        ranges[count++] = (token_range){start, i < tokens ? i + 1 : tokens};
    }
    return merge(run, count, run->scratch, err);
}

const component_methods merge_subtokens_component = {
    .number = COMPONENT_MERGE_SUBTOKENS,
    .name = "merge_subtokens",
    .scratch_size = sizeof(retokenize_scratch),
    .bind = bind_subtokens,
    .finish = merge_subtokens,
    .release = retokenize_scratch_free,
    .free = retokenize_scratch_free,
};
