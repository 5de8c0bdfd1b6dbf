/* The camera's name, minimum, maximum and sum of the image of a stream.
 * Pipeline: {"pipeline_type": "stream", "input_pipeline": "simulation_sp", "function": "stream_c.c"}
 */
#include <camserver_function.h>

int camserver_process(const camserver_call *call, camserver_output *output) {
    const camserver_value *image = camserver_find(call, "image");
    if (image == NULL || image->kind != CAMSERVER_ARRAY) return camserver_fail(output, "the message has no image");
    if (image->type != CAMSERVER_UINT16) return camserver_fail(output, "the image has no 16-bit pixels");
    const uint16_t *pixels = image->data;
    uint16_t minimum = UINT16_MAX, maximum = 0;
    int64_t sum = 0;
    for (size_t i = 0; i < image->count; i++) {
        if (pixels[i] < minimum) minimum = pixels[i];
        if (pixels[i] > maximum) maximum = pixels[i];
        sum += pixels[i];
    }
    camserver_set_text(output, "camera_name", camserver_parameter_text(call, "camera_name", ""));
    camserver_set_number(output, "max", CAMSERVER_UINT16, &maximum);
    camserver_set_number(output, "min", CAMSERVER_UINT16, &minimum);
    camserver_set_int(output, "sum", sum);
    return 0;
}
