// Border of the memory of the process.
#pragma once

#include <node_api.h>

namespace camserver {

void define_memory(napi_env env, napi_value exports);

}  // namespace camserver
