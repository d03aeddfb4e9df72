/* environment.h - the one place that reads the environment. What variables there are, says settings.h. */
#ifndef TERN_ENVIRONMENT_H
#define TERN_ENVIRONMENT_H

/* The value, valid as long as nobody sets the variable; NULL: it is not set, or empty. */
const char *environment(const char *variable);

#endif
