/* Sum, centre of mass and profile of an image of 16-bit pixels.
 * Pipeline: {"camera_name": "simulation", "function": "image_c.c", "threshold": 20}
 */
#include <camserver_function.h>
#include <stdlib.h>

int camserver_process(const camserver_call *call, camserver_output *output) {
    const camserver_value *image = call->image;
    if (image == NULL || image->type != CAMSERVER_UINT16) return camserver_fail(output, "the image has no 16-bit pixels");
    const uint16_t *pixels = image->data;
    const uint32_t rows = image->shape[0], columns = image->shape[1];
    const double threshold = camserver_parameter_number(call, "threshold", 0);
    int64_t *profile = calloc(columns, sizeof *profile);
    if (profile == NULL) return camserver_fail(output, "no memory for %u columns", columns);
    double sum = 0, moment_x = 0, moment_y = 0;
    for (uint32_t y = 0; y < rows; y++) {
        for (uint32_t x = 0; x < columns; x++) {
            const uint16_t value = pixels[(size_t)y * columns + x];
            profile[x] += value;
            if (value < threshold) continue;
            sum += value;
            moment_x += (double)value * call->x_axis[x];
            moment_y += (double)value * call->y_axis[y];
        }
    }
    camserver_set_value(output, image);
    camserver_set_text(output, "camera_name", camserver_parameter_text(call, "camera_name", ""));
    camserver_set_float(output, "sum", sum);
    camserver_set_float(output, "x_center_of_mass", sum > 0 ? moment_x / sum : 0);
    camserver_set_float(output, "y_center_of_mass", sum > 0 ? moment_y / sum : 0);
    camserver_set_array(output, "x_profile", CAMSERVER_INT64, profile, 1, &columns);
    free(profile);
    return 0;
}
