// Work that takes a while: done on a thread of the pool, answered by a promise.
#pragma once

#include <node_api.h>

#include <functional>
#include <vector>

namespace camserver {

// Makes the answer on the thread of JavaScript after the work has been done.
using Answer = std::function<napi_value(napi_env)>;
using Work = std::function<Answer()>;

// The promise of the answer; rejected with the text of the exception that the work throws. `kept` are values that must live
// until the work is done.
napi_value start_job(napi_env env, Work work, const std::vector<napi_value> &kept = {});

napi_value undefined(napi_env env);

}  // namespace camserver
