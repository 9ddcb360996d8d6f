#include "surfaces/operations/readiness.h"

#include "app/calls/accounts.h"

#include <exception>

namespace cobro::surfaces::operations {
namespace {

constexpr base::Duration kLimit = std::chrono::seconds(2);

}  // namespace

Readiness::Readiness(app::Context& context)
    : context_(context), tasks_([](std::string_view, std::exception_ptr) {}) {}

base::Task<Readiness::Report> Readiness::look() {
  const bool store = co_await base::await_callback<bool>(
      [this](base::Completion<bool> done) { join(std::move(done)); });
  co_return Report{
      .store = store, .draining = draining_, .accounts = app::refused_accounts(context_).empty()};
}

void Readiness::join(base::Completion<bool> done) {
  waiting_.push_back(done);
  if (!pinging_) tasks_.spawn("ping", ping());
  if (pinging_) tasks_.spawn("limit", give_up(std::move(done)));
}

base::Task<void> Readiness::ping() {
  pinging_ = true;
  bool ok = false;
  try {
    ok = co_await context_.store.ping();
  } catch (const std::exception& error) {
    context_.log.write(ports::LogLevel::warning, "the store does not answer",
                       {{"error", std::string_view(error.what())}});
  }
  pinging_ = false;
  for (const auto& done : std::exchange(waiting_, {})) done(ok);
}

base::Task<void> Readiness::give_up(base::Completion<bool> done) {
  co_await context_.clock.sleep(kLimit);
  done(false);
}

}  // namespace cobro::surfaces::operations
