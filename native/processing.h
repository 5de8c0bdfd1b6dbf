// Border of the image kernels; `src/processing/native.ts` is the other side. The functions write into typed arrays that the
// caller provides and allocate none themselves.
#pragma once

#include <node_api.h>

namespace camserver {

void define_pass(napi_env env, napi_value exports);
void define_fits(napi_env env, napi_value exports);
void define_pixels(napi_env env, napi_value exports);
void define_plane(napi_env env, napi_value exports);

}  // namespace camserver
