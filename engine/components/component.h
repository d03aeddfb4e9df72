/* component.h - what the pipeline asks of every component. Each component's file defines its row; component_table.c
 * lists them; which components a wish needs, and what else couples them, stands in pipeline.c. */
#ifndef TERN_COMPONENT_H
#define TERN_COMPONENT_H

#include "binder.h"
#include "doc.h"
#include "lexeme.h"
#include "transition.h"

typedef struct component_methods component_methods;

/* A component at work on a document. */
typedef struct component_run {
    const component_methods *self;
    const component_model *component;
    tern_doc *doc;
    void *scratch;          /* the component's own, self->scratch_size bytes, zeroed before the first run */
    lexeme_scratch *lexeme; /* shared by all, for one call at a time */
} component_run;

/* A function that is NULL does nothing. Those that return int: 0, or -1 when out of memory or interrupted. */
struct component_methods {
    uint32_t number;  /* COMPONENT_* */
    const char *name; /* of spaCy's factory */
    unsigned gives;   /* mask of TERN_ENTITIES, ...: what every model that has the component offers */
    size_t scratch_size;
    /* Fills the component from its sections, when the file is opened. Those before it in the pipeline are bound. */
    void (*bind)(binder *b, tern_model *model, component_model *self);
    /* Before the first rows of the encoder: room for what is kept of them until the component's turn. */
    int (*reserve)(const component_run *run);
    /* Takes the encoder's rows of the tokens [begin, begin + count), block by block. That may be long before its turn:
     * it leaves the document as it is. */
    int (*feed)(const component_run *run, const float *rows, size_t begin, size_t count);
    /* The component's turn: annotates the document. source: of a long document's rows, which were not fed; else
     * NULL. */
    tern_status (*finish)(const component_run *run, const vector_source *source, tern_error *err);
    /* After its turn: frees what no other component reads, if that may be much. */
    void (*release)(void *scratch);
    /* Frees all memory of the scratch, which can be used again. */
    void (*free)(void *scratch);
};

#endif
