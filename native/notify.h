// Border of what the service manager of the system is told.
#pragma once

#include <node_api.h>

namespace camserver {

void define_notify(napi_env env, napi_value exports);

}  // namespace camserver
