/* labels.h - a colour for each entity label, on terminals and on pages. */
#ifndef TERN_LABELS_H
#define TERN_LABELS_H

typedef struct label_style {
    const char *label;
    const char *sgr; /* parameters of the terminal's Select Graphic Rendition */
    const char *css; /* a background on which black is easy to read */
} label_style;

/* Labels of OntoNotes 5; any other gets one style for all. Never NULL. */
const label_style *label_style_of(const char *label);

#endif
