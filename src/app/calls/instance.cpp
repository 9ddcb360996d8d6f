#include "app/calls/instance.h"

namespace cobro::app {

// Held from the moment of asking, so that it never lasts longer here than in the database.
base::Task<void> keep_lease(Context& context, base::Duration span) {
  auto& lease = *context.lease;
  const auto asked = context.clock.steady();
  if (const auto instance = lease.instance()) {
    if (!lease.is_lost(asked) && co_await context.store.renew_lease(*instance, span))
      co_return lease.hold(*instance, asked + span);
    lease.give_up();
    context.log.write(ports::LogLevel::warning,
                      "this instance's lease ran out; what it left is recovered",
                      {{"instance", instance->to_string()}});
  }
  const auto instance = context.random.make_id<domain::InstanceId>(context.clock.now());
  const auto begun = context.clock.steady();
  if (co_await context.store.begin_lease(instance, span)) lease.hold(instance, begun + span);
}

base::Task<void> end_lease(Context& context) {
  const auto instance = context.lease->instance();
  if (!instance) co_return;
  context.lease->give_up();
  try {
    co_await context.store.end_lease(*instance);
  } catch (const ports::StoreUnavailable& away) {
    context.log.write(ports::LogLevel::warning, "the lease could not be ended; it runs out",
                      {{"error", std::string_view(away.what())}});
  }
}

}  // namespace cobro::app
