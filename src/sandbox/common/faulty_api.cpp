#include "sandbox/common/faulty_api.h"

namespace cobro::sandbox {
namespace {

// What is left of a reply: the wire reads the header and does it.
wire::Reply cut(wire::Reply reply, std::string_view how) {
  reply.headers.set(std::string(kCutHeader), std::string(how));
  return reply;
}

wire::Reply nothing(std::string_view how) {
  return cut(wire::Reply{0, {}, {}}, how);
}

}  // namespace

base::Task<wire::Reply> FaultyApi::work(wire::Request request, base::Duration processing) {
  auto reply = co_await api_.answer(std::move(request), processing);
  after_work_();
  co_return reply;
}

base::Task<wire::Reply> FaultyApi::answer(wire::Request request) {
  if (!faults_.empty()) {
    auto rule = faults_.strike_request(request.method, request.path, api_.operation_of(request));
    if (rule) co_return co_await misbehave(std::move(request), std::move(*rule));
  }
  co_return co_await work(std::move(request), processing_);
}

base::Task<wire::Reply> FaultyApi::misbehave(wire::Request request, FaultRule rule) {
  switch (rule.fault) {
    case Fault::request_lost:
      co_return nothing("close");
    case Fault::request_unanswered:
      co_return nothing("silence");
    case Fault::request_reset:
      co_return nothing("reset");
    case Fault::error_before:
    case Fault::refused:
    case Fault::rate_limited:
    case Fault::lock_timeout:
      co_return api_.error_of(rule, request);
    case Fault::request_late:
      co_await clock_.sleep(rule.delay);
      break;
    case Fault::slow:
      co_return co_await work(std::move(request), rule.delay);
    default:
      break;
  }
  const auto key = api_.idempotency_key_of(request);
  auto reply = co_await work(request, processing_);
  switch (rule.fault) {
    case Fault::answer_lost:
      co_return nothing("close");
    case Fault::answer_unanswered:
      co_return nothing("silence");
    case Fault::answer_reset:
      co_return nothing("reset");
    case Fault::answer_truncated:
      co_return cut(std::move(reply), "truncate");
    case Fault::answer_late:
      co_await clock_.sleep(rule.delay);
      co_return reply;
    case Fault::error_after:
      co_return api_.error_of(rule, request);
    case Fault::error_kept: {
      auto error = api_.error_of(rule, request);
      database_.replace_answer(key, error.status, error.body);
      co_return error;
    }
    default:
      co_return reply;
  }
}

}  // namespace cobro::sandbox
