/* Makes a message of its own with a counter and a ramp.
 * Pipeline: {"pipeline_type": "custom", "function": "custom_c.c", "max_frame_rate": 10}
 */
#include <camserver_function.h>

enum { POINTS = 100 };

int camserver_process(const camserver_call *call, camserver_output *output) {
    static int64_t count;
    static float ramp[POINTS];
    const uint32_t shape[1] = {POINTS};
    count = call->first ? 1 : count + 1;
    for (int i = 0; i < POINTS; i++) ramp[i] = (float)((count + i) % POINTS);
    camserver_set_int(output, "count", count);
    camserver_set_array(output, "ramp", CAMSERVER_FLOAT32, ramp, 1, shape);
    camserver_set_size(output, sizeof ramp);
    return 0;
}
