/* Looking values up in the JSON that CamServer itself wrote, which is therefore well formed. */
#ifndef CAMSERVER_JSON_H
#define CAMSERVER_JSON_H

/* The number under a path with dots ("fit.threshold"). Returns 0 when there is none. */
int json_number(const char *json, const char *path, double *number);

/* The text under a path, in memory of its own; NULL when there is none. */
char *json_text(const char *json, const char *path);

#endif
