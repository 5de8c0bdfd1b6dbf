#pragma once

#include <node_api.h>

namespace camserver {

void define_fits(napi_env env, napi_value exports);

}  // namespace camserver
