/* text_of.h - a limit within a sentence: "at most " TEXT_OF(MODELS_MAX) " models". The limit is a decimal number
 * without a suffix, so that the sentence and the comparison have it from the same place. */
#ifndef TERN_TEXT_OF_H
#define TERN_TEXT_OF_H

#define TEXT_OF_TOKENS(tokens) #tokens
#define TEXT_OF(limit) TEXT_OF_TOKENS(limit)

#endif
