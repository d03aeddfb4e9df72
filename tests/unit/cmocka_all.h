/* cmocka_all.h - cmocka with the headers that it wants to come first. */
#ifndef TERN_CMOCKA_ALL_H
#define TERN_CMOCKA_ALL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
