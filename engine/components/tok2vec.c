#include "tok2vec.h"

#include <stdio.h>
#include <string.h>

#include "kernels.h"
#include "layers.h"

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

/* out[rows][width]: a layer's outputs from x[rows + 2 * window], before the norm. plain: by the plain product. */
static void layer_outputs(const tok2vec_weights *w, const packed_layer *layer, const float *x, size_t rows, int plain,
                          tok2vec_scratch *s)
{
    float *out = s->delta.data;
    if (plain || w->window != 1) affine_maxout(out, x, w->width, layer, rows);
    else window_maxout(out, x, layer, rows, s->room.data);
    if (w->mish) mish(out, rows * w->width);
}

/* Rows of a layer's output that see nothing but padding are all alike; known: one of them, or NULL. The plain product
 * gives their sums exactly, where a filter over them and a token's rows would leave rounding; the norm of small sums
 * makes that large. */
static void padding_rows(const tok2vec_weights *w, const maxout_weights *layer, size_t rows, const float *known,
                         tok2vec_scratch *s, float *x)
{
    const size_t width = w->width;
    if (rows && !known) {
        layer_outputs(w, &layer->layer, x, 1, 1, s);
        layer_norm(x, x + w->window * width, s->delta.data, layer->G, layer->beta, 1, width);
        known = x;
    }
    for (size_t row = 0; row < rows; row++)
        if (x + row * width != known) memcpy(x + row * width, known, width * sizeof *x);
}

/* Rows of which padding_rows speaks, at one end of layer d's output: with each layer padding that sees no token loses
 * as many rows as the layer sees around one. None, if padding ends within what the layers see. */
static size_t padding_left(const tok2vec_weights *w, size_t padding, size_t d)
{
    const size_t lost = 2 * w->window * (d + 1);
    return padding > lost && !w->edges ? padding - lost : 0;
}

/* One convolution in place: row i becomes x[i + window] + layer(x[i], ..., x[i + 2 * window]) for i < rows, so that the
 * encoder loses rows at both ends. Row i is written after everything that needs it has been read. before, after: rows
 * that see only padding. 0, or -1 if interrupted. */
static int window_layer(const tok2vec_weights *w, const maxout_weights *layer, size_t rows, size_t before, size_t after,
                        interruption *stop, tok2vec_scratch *s, float *x)
{
    const size_t width = w->width;
    const float *padding = before ? x : NULL;
    padding_rows(w, layer, before, NULL, s, x);
    x += before * width;
    rows -= before + after;
    for (size_t chunk; rows > 0; rows -= chunk, x += chunk * width) {
        if (interrupted(stop)) return -1;
        chunk = window_part(rows);
        layer_outputs(w, &layer->layer, x, chunk, 0, s);
        layer_norm(x, x + w->window * width, s->delta.data, layer->G, layer->beta, chunk, width);
    }
    padding_rows(w, layer, after, padding, s, x);
    return 0;
}

/* Room for rows in x, and for what the layers need beside it. */
static int reserve(const tok2vec_weights *w, size_t rows, tok2vec_scratch *s, buffer *x)
{
    size_t row = w->width * sizeof(float);
    return buffer_reserve(&s->room, window_room(w->width), sizeof(float)) || buffer_reserve(x, rows, row)
           || buffer_reserve(&s->delta, WINDOW_ROWS, row) || embedding_reserve(w, &s->embedding);
}

/* Rows beyond the ends of the document before the first layer. */
static void fill_edge(const tok2vec_weights *w, float *x, size_t rows)
{
    if (!w->edge_row) memset(x, 0, rows * w->width * sizeof *x);
    else
        for (size_t i = 0; i < rows; i++) memcpy(x + i * w->width, w->edge_row, w->width * sizeof *x);
}

/* Rows of x begin margin tokens before token begin, and end margin tokens after token end - 1: those that are not of
 * the document, nor of its edges, become zero. */
static void cut_edges(const tok2vec_weights *w, const tern_doc *doc, size_t begin, size_t end, size_t margin, float *x)
{
    const size_t there = w->edges, width = w->width, last = doc->token_count + there;
    size_t rows = end - begin + 2 * margin, before = margin > begin + there ? margin - begin - there : 0;
    size_t after = end + margin > last ? end + margin - last : 0;
    memset(x, 0, before * width * sizeof *x);
    memset(x + (rows - after) * width, 0, after * width * sizeof *x);
}

tern_status tok2vec_rows(const tok2vec_weights *w, const tern_doc *doc, size_t begin, size_t end, tok2vec_scratch *s,
                         const float **out)
{
    size_t reach = tok2vec_reach(w), width = w->width, rows = end - begin + 2 * reach;
    if (reserve(w, rows, s, &s->x)) return TERN_E_MEMORY;

    /* Row i of x stands for token begin - reach + i; rows beyond either end of the document are padding. */
    size_t before = reach > begin ? reach - begin : 0;
    size_t first = begin + before - reach, last = smaller(end + reach, doc->token_count);
    size_t after = rows - before - (last - first);
    float *x = s->x.data;
    fill_edge(w, x, before);
    tern_status status = embedding_rows(w, doc, first, last, &s->embedding, x + before * width);
    if (status) return status;
    fill_edge(w, x + (rows - after) * width, after);

    if (w->cuts_edges) cut_edges(w, doc, begin, end, reach, x);
    for (size_t d = 0; d < w->depth; d++) {
        rows -= 2 * w->window;
        size_t left_before = padding_left(w, before, d), left_after = padding_left(w, after, d);
        if (window_layer(w, &w->conv[d], rows, left_before, left_after, doc->interruption, s, x))
            return TERN_E_INTERRUPTED;
        if (w->cuts_edges) cut_edges(w, doc, begin, end, reach - w->window * (d + 1), x);
    }
    *out = x;
    return TERN_OK;
}

/* ---- documents together ------------------------------------------------------------------------------------------ */

tern_status tok2vec_join(const tok2vec_weights *w, const tern_doc *doc, const size_t *start, size_t d,
                         tok2vec_scratch *s)
{
    const size_t reach = tok2vec_reach(w), row = tok2vec_joint_row(w, start, d);
    const size_t rows = row + reach + doc->token_count + reach;
    if (reserve(w, rows + 1, s, &s->joint)) return TERN_E_MEMORY; /* room, even if no document has a token */
    float *x = (float *)s->joint.data + row * w->width;
    fill_edge(w, x, reach);
    return embedding_rows(w, doc, 0, doc->token_count, &s->embedding, x + reach * w->width);
}

/* Between the documents, too, rows that see nothing but padding are those of padding_rows. */
static void padding_between(const tok2vec_weights *w, const size_t *start, size_t count, size_t rows, float *x)
{
    for (size_t d = 1; d < count; d++)
        for (size_t row = 0; row < rows; row++)
            memcpy(x + (tok2vec_joint_row(w, start, d) + row) * w->width, x, w->width * sizeof *x);
}

tern_status tok2vec_run_joint(const tok2vec_weights *w, const size_t *start, size_t count, interruption *stop,
                              tok2vec_scratch *s)
{
    const size_t reach = tok2vec_reach(w);
    float *x = s->joint.data;
    size_t rows = tok2vec_joint_row(w, start, count) + reach;
    fill_edge(w, x + (rows - reach) * w->width, reach);
    for (size_t d = 0; d < w->depth; d++) {
        const size_t padding = padding_left(w, reach, d);
        rows -= 2 * w->window;
        if (window_layer(w, &w->conv[d], rows, padding, padding, stop, s, x)) return TERN_E_INTERRUPTED;
        padding_between(w, start, count, padding, x);
    }
    return TERN_OK;
}

void tok2vec_scratch_free(tok2vec_scratch *s)
{
    buffer_free(&s->joint);
    buffer_free(&s->x);
    buffer_free(&s->delta);
    buffer_free(&s->room);
    embedding_scratch_free(&s->embedding);
}

/* ---- sections -> tables ------------------------------------------------------------------------------------------ */

/* Where a layer is not one of maxout that sees one row on either side. */
static void bind_window(binder *b, const char *prefix, tok2vec_weights *w)
{
    section_name name;
    uint32_t two = 2;
    w->window = 1;
    bind_name(name, prefix, "window");
    if (b->status || !bind_has(b, name)) return;
    const uint32_t *settings = bind_vector(b, name, TERN_DTYPE_U32, &two);
    if (!b->status && (settings[0] > TOK2VEC_MAX_WINDOW || settings[1] > 1))
        bind_refuse(b, name, "holds a value that is out of range");
    if (b->status) return;
    w->window = settings[0];
    w->mish = settings[1];
}

/* What the layers see beyond the ends of a document, if not zeros before the first. */
static void bind_edges(binder *b, const char *prefix, tok2vec_weights *w)
{
    section_name name;
    uint32_t one = 1;
    bind_name(name, prefix, "cuts_edges");
    w->cuts_edges = bind_option(b, name);
    bind_name(name, prefix, "edge_row");
    if (!b->status && bind_has(b, name)) w->edge_row = bind_vector_f32(b, name, &w->width);
    bind_name(name, prefix, "edge_count");
    if (b->status || !bind_has(b, name)) return;
    const uint32_t *count = bind_vector(b, name, TERN_DTYPE_U32, &one);
    if (!b->status && *count > TOK2VEC_MAX_DEPTH * TOK2VEC_MAX_WINDOW)
        bind_refuse(b, name, "holds a value that is out of range");
    if (!b->status) w->edges = *count;
}

static void bind_tok2vec(binder *b, const tern_model *model, const char *prefix, tok2vec_weights *w)
{
    section_name name;
    bind_embedding(b, model, prefix, w);
    bind_window(b, prefix, w);
    bind_edges(b, prefix, w);
    while (!b->status) {
        snprintf(name, sizeof name, "%.16s/conv/%u/", prefix, w->depth);
        if (!bind_has(b, name)) return;
        if (w->depth == TOK2VEC_MAX_DEPTH) return bind_refuse(b, name, "is a layer more than this library supports");
        snprintf(name, sizeof name, "%.16s/conv/%u", prefix, w->depth);
        bind_maxout(b, name, w->width, (2 * w->window + 1) * w->width, &w->conv[w->depth]);
        if (!b->status && w->mish && w->conv[w->depth].layer.nP != 1) bind_refuse(b, name, "has pieces beside mish");
        w->depth++;
    }
}

/* What a listener is going to read, if there is no choice. */
static uint32_t width_before(const tern_model *model, const component_model *self)
{
    uint32_t width = 0, count = 0;
    for (const component_model *c = model->component; c < self; c++) {
        if (c->factory != COMPONENT_TOK2VEC) continue;
        width = c->width;
        count++;
    }
    return count == 1 ? width : 0;
}

uint32_t bind_encoder(binder *b, tern_model *model, component_model *self)
{
    tok2vec_weights *own = &self->encoder;
    const int is_shared = self->factory == COMPONENT_TOK2VEC;
    self->listens = !is_shared && !bind_has(b, "/tok2vec/");
    if (self->listens) return self->width = width_before(model, self);
    bind_tok2vec(b, model, is_shared ? "" : "/tok2vec", own);
    for (uint32_t f = 0; f < own->features && !b->status; f++) model->encoder_attrs |= 1u << own->attr[f];
    model->encoder_reads |= own->reads;
    return self->width = own->width;
}

static void bind(binder *b, tern_model *model, component_model *self) { bind_encoder(b, model, self); }

/* A shared encoder reads its own rows where the document is to keep them. */
static int reserve_tensor(const component_run *run) { return doc_reserve_tensor(run->doc, run->component->width); }

static int keep_rows(const component_run *run, const float *rows, size_t begin, size_t count)
{
    const size_t width = run->doc->tensor_width;
    memcpy(run->doc->tensor + begin * width, rows, count * width * sizeof *rows);
    return 0;
}

/* A shared encoder: the pipeline hands its rows to those that listen (pipeline.c). */
const component_methods tok2vec_component = {
    .number = COMPONENT_TOK2VEC, .name = "tok2vec", .bind = bind, .reserve = reserve_tensor, .feed = keep_rows};
