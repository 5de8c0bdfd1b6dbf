// Memory that this process shares with the processes of users' functions.
#pragma once

#include <node_api.h>

namespace camserver {

void define_shared_memory(napi_env env, napi_value exports);

}  // namespace camserver
