#include "jobs.h"

#include <exception>
#include <memory>
#include <string>

namespace camserver {

namespace {

struct Job {
    Work work;
    Answer answer;
    std::string failure;
    napi_deferred deferred = nullptr;
    napi_async_work handle = nullptr;
    std::vector<napi_ref> kept;
};

void execute(napi_env, void *data) {
    auto *job = static_cast<Job *>(data);
    try {
        job->answer = job->work();
    } catch (const std::exception &error) {
        job->failure = error.what();
    }
}

void complete(napi_env env, napi_status status, void *data) {
    const std::unique_ptr<Job> job(static_cast<Job *>(data));
    if (status == napi_cancelled) job->failure = "cancelled";
    if (job->failure.empty()) {
        napi_resolve_deferred(env, job->deferred, job->answer(env));
    } else {
        napi_value text, error;
        napi_create_string_utf8(env, job->failure.c_str(), job->failure.size(), &text);
        napi_create_error(env, nullptr, text, &error);
        napi_reject_deferred(env, job->deferred, error);
    }
    for (const napi_ref reference : job->kept) napi_delete_reference(env, reference);
    napi_delete_async_work(env, job->handle);
}

}  // namespace

napi_value start_job(napi_env env, Work work, const std::vector<napi_value> &kept) {
    auto job = std::make_unique<Job>();
    job->work = std::move(work);
    napi_value promise, name;
    napi_create_promise(env, &job->deferred, &promise);
    for (const napi_value value : kept) {
        napi_ref reference;
        if (napi_create_reference(env, value, 1, &reference) == napi_ok) job->kept.push_back(reference);
    }
    napi_create_string_utf8(env, "camserver", NAPI_AUTO_LENGTH, &name);
    napi_create_async_work(env, nullptr, name, execute, complete, job.get(), &job->handle);
    napi_queue_async_work(env, job->handle);
    job.release();
    return promise;
}

napi_value undefined(napi_env env) {
    napi_value value;
    napi_get_undefined(env, &value);
    return value;
}

}  // namespace camserver
