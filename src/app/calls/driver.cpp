#include "app/calls/driver.h"

#include "app/calls/gateway_client.h"
#include "app/calls/wording.h"
#include "app/pipeline/own_record.h"
#include "base/check.h"

namespace cobro::app {

namespace {

using domain::CallStatus;
using domain::GatewayCall;
using domain::Refusal;
using domain::RefusalCode;
using ports::AnswerKind;
using ports::Changes;
using ports::GatewayAnswer;
using ports::Loaded;

constexpr int kMaxTries = 5;

void log_answer(Context& context, const GatewayCall& sent, const GatewayAnswer& answer) {
  if (answer.kind == AnswerKind::unknown)
    context.log.write(ports::LogLevel::warning, "a gateway's answer completes nothing",
                      {{"call", sent.gateway_key}, {"reason", answer.message}});
  if (answer.kind == AnswerKind::not_executed)
    context.log.write(ports::LogLevel::warning, "a gateway refused a request",
                      {{"call", sent.gateway_key}, {"reason", answer.message}});
}

// Within the call's deadline. Never throws for what the network does.
base::Task<GatewayAnswer> send(Context& context, GatewayCall sent) {
  const auto* gateway = context.gateways.find(sent.gateway);
  COBRO_CHECK(gateway != nullptr);
  const auto left = sent.deadline - context.clock.now();
  GatewayAnswer answer;
  if (left <= base::Duration::zero()) {
    answer.message = "the deadline passed before the request was sent";
    co_return answer;
  }
  auto response = co_await ask_gateway(context, *gateway, sent.request, sent.gateway_key, left);
  if (response) {
    answer = context.handlers->of(sent).parse(*gateway, sent, *response);
    answer.resent = response->resent;
    answer.heard = answer.kind == AnswerKind::unknown && response->status < 500;
  } else {
    answer.message = std::move(response.error().message);
  }
  log_answer(context, sent, answer);
  co_return answer;
}

// Whether no earlier send of the call can have been executed.
bool is_of_first_send(const GatewayCall& row, const GatewayAnswer& answer) {
  return row.every_send_not_executed && !answer.resent;
}

// What the answer says by itself, or with a status query that was answered behind it; nothing:
// it stays unknown.
std::optional<CallStatus> status_of(const GatewayCall& row, const GatewayAnswer& answer,
                                    bool proven) {
  switch (answer.kind) {
    case AnswerKind::accepted:
      return CallStatus::accepted;
    case AnswerKind::declined:
      return CallStatus::declined;
    case AnswerKind::not_executed:
      if (is_of_first_send(row, answer) || answer.replayed || proven)
        return CallStatus::not_executed;
      break;
    case AnswerKind::unknown:
      break;
  }
  return std::nullopt;
}

// Whether the gateway must be asked before the answer may end the call.
bool must_look(const GatewayCall& sent, const GatewayAnswer& answer) {
  if (answer.kind == AnswerKind::unknown) return answer.heard;
  if (answer.kind != AnswerKind::not_executed) return false;
  if (answer.busy) return answer.resent && !answer.replayed;
  return answer.look_first || (!is_of_first_send(sent, answer) && !answer.replayed);
}

// Who took it over meanwhile has written that already, and goes on with it.
void keep_open(GatewayCall row, Changes& changes, Completed& after) {
  if (row.unknown && !row.every_send_not_executed) {
    after.call = std::move(row);
    return;
  }
  row.unknown = true;
  row.every_send_not_executed = false;
  after.call = row;
  changes.update(std::move(row));
}

struct Try {
  std::optional<Answer> answer;  // nothing: the rows had moved
  CallStatus status = CallStatus::open;
};

// What one answer means for one call, however often it takes to commit that.
struct Completing {
  Context& context;
  const Call* call;
  const GatewayCall& sent;
  const GatewayAnswer& answer;
  bool proven;
  Completion& completion;
  const RenderCompleted& render;

  // The changes of the outcome; what somebody else ended meanwhile stays as it is.
  [[nodiscard]] Changes changes_of(const Loaded& loaded, domain::Moment moment,
                                   Completed& after) const {
    Changes changes;
    const auto& row = *loaded.call;
    if (row.status != CallStatus::open) return changes;
    const auto status = status_of(row, answer, proven);
    if (status && completion.complete(loaded, std::move(moment), {*status, answer}, changes, after))
      return changes;
    keep_open(row, changes, after);
    return changes;
  }

  void render_it(const Loaded& loaded, const Completed& after, base::Timestamp now,
                 Changes& changes, Try& result) const {
    result.status = after.call.status;
    if (call == nullptr) {
      const bool known = after.call.status != CallStatus::open;
      result.answer = known ? Answer(StoredReply{}) : std::unexpected(outcome_unknown());
      return;
    }
    const auto* own = own_record(loaded, after.call);
    if (auto reply = answered_meanwhile(own)) {
      result.answer = std::move(*reply);
      return;
    }
    result.answer = answer_of(*call, after, render);
    if (*result.answer) close_record(own, **result.answer, now, changes);
  }
};

base::Task<base::Result<Try, Refusal>> try_to_complete(const Completing& completing) {
  Try result;
  const DecideChanges decide = [&](const Loaded& loaded,
                                   domain::Moment moment) -> base::Result<Changes, Refusal> {
    COBRO_CHECK(loaded.call.has_value());
    result = {};
    if (loaded.call->status == CallStatus::open && completing.completion.is_stale(loaded))
      return Changes{};
    auto after = completed_of(loaded, *loaded.call);
    after.answer = completing.answer;
    const auto now = moment.now;
    auto changes = completing.changes_of(loaded, std::move(moment), after);
    completing.render_it(loaded, after, now, changes, result);
    return changes;
  };
  ports::Reads reads{.call = ports::ref_of(completing.sent),
                     .record_key = completing.sent.record_key};
  completing.completion.add_reads(reads);
  auto committed = co_await commit(completing.context, std::move(reads), decide);
  if (!committed) co_return std::unexpected(std::move(committed).error());
  co_return result;
}

base::Task<base::Result<Try, Refusal>> complete(Context& context, const Call* call,
                                                const GatewayCall& sent, GatewayAnswer& answer,
                                                bool proven, const RenderCompleted& render) {
  const auto completion = context.handlers->of(sent).completion(context, sent, answer);
  const Completing completing{context, call, sent, answer, proven, *completion, render};
  for (int i = 0; i < kMaxTries; ++i) {
    if (!co_await completion->prepare(context)) break;
    auto tried = co_await try_to_complete(completing);
    // The call was made; what it did is not lost (it stays open), but not known here.
    if (!tried && tried.error().code == RefusalCode::unavailable) break;
    if (!tried) co_return std::unexpected(std::move(tried).error());
    if (tried->answer) co_return tried;
  }
  co_return Try{.answer = std::unexpected(outcome_unknown())};
}

// A refusal that was looked into and not answered completes nothing any more.
void make_unknown(GatewayAnswer& answer) {
  answer.kind = AnswerKind::unknown;
  answer.decline.reset();
}

// What the refusal blames may be gone at the gateway. Whatever comes of looking, the answer to the
// call stands.
base::Task<void> check_copies(Context& context, const GatewayCall& sent,
                              const GatewayAnswer& answer) {
  const bool of_a_copy =
      answer.fault == ports::Fault::customer || answer.fault == ports::Fault::payment_method;
  if (answer.kind != AnswerKind::not_executed || answer.busy || !of_a_copy) co_return;
  std::string failure;
  try {
    co_return co_await context.handlers->of(sent).check_copies(context, sent, answer.fault);
  } catch (const std::exception& error) {
    failure = error.what();
  }
  context.log.write(ports::LogLevel::warning, "what a refusal blames could not be looked at",
                    {{"call", sent.gateway_key}, {"reason", failure}});
}

base::Task<Answer> send_and_complete(Context& context, const Call* call, GatewayCall sent,
                                     RenderCompleted render) {
  if (!context.lease->permits(sent, context.clock.steady())) {
    context.log.write(ports::LogLevel::warning,
                      "a gateway call is not sent: this instance lost its lease",
                      {{"call", sent.gateway_key}});
    co_return std::unexpected(outcome_unknown());
  }
  const auto& handler = context.handlers->of(sent);
  auto answer = co_await send(context, sent);
  std::optional<Sighting> sighting;
  if (must_look(sent, answer)) sighting = co_await handler.query(context, sent);
  if (sighting == Sighting::no_answer && answer.look_first) make_unknown(answer);
  auto tried = co_await complete(context, call, sent, answer, false, render);
  if (!tried) co_return std::unexpected(std::move(tried).error());
  // What was done there without us has its place now.
  if (sighting == Sighting::beyond_total && tried->status != CallStatus::open)
    co_await handler.query(context, sent);
  co_await check_copies(context, sent, answer);
  co_return std::move(*tried->answer);
}

}  // namespace

base::Task<Answer> perform(Context& context, const Call* call, GatewayCall sent,
                           RenderCompleted render) {
  const auto key = sent.gateway_key;
  std::string failure;
  try {
    co_return co_await send_and_complete(context, call, std::move(sent), std::move(render));
  } catch (const std::exception& error) {
    failure = error.what();
  }
  context.log.write(ports::LogLevel::error, "a gateway call was sent and could not be completed",
                    {{"call", key}, {"reason", failure}});
  co_return std::unexpected(outcome_unknown());
}

base::Task<base::Result<Completed, Refusal>> perform_first(Context& context, Caller caller,
                                                           GatewayCall sent) {
  std::optional<Refusal> rendered;
  std::optional<Completed> done;
  const Call call{.caller = std::move(caller), .render_refusal = [&](const Refusal& refusal) {
                    done.reset();
                    rendered = refusal;
                    return StoredReply{};
                  }};
  const RenderCompleted render = [&](const Completed& completed) {
    rendered.reset();
    done = completed;
    return StoredReply{};
  };
  auto answer = co_await perform(context, &call, std::move(sent), render);
  // What was rendered in a try that was not committed is nothing.
  if (!answer) co_return std::unexpected(std::move(answer).error());
  if (done) co_return std::move(*done);
  co_return std::unexpected(rendered ? std::move(*rendered) : outcome_unknown());
}

base::Task<bool> complete_as(Context& context, GatewayCall known, GatewayAnswer answer) {
  const RenderCompleted render = &unworded;
  auto tried = co_await complete(context, nullptr, known, answer, true, render);
  if (tried && tried->status != CallStatus::open) co_return true;
  context.log.write(ports::LogLevel::warning, "a gateway call could not be completed",
                    {{"call", known.gateway_key}});
  co_return false;
}

Answer render_completed(const Call& call, const Loaded& loaded, const RenderCompleted& render) {
  if (!loaded.record_call) return std::unexpected(outcome_unknown());
  return answer_of(call, completed_of(loaded, *loaded.record_call), render);
}

StoredReply unworded(const Completed&) {
  return {};
}

}  // namespace cobro::app
