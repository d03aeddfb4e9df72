/* request_id.h - what an answer is called in the logs of AWS's clients (x-amzn-requestid): a UUID of version 4. */
#ifndef TERN_REQUEST_ID_H
#define TERN_REQUEST_ID_H

#define REQUEST_ID_SIZE 37u

/* A new one, by chance; without a source of it, zeros. */
void request_id(char out[REQUEST_ID_SIZE]);

#endif
