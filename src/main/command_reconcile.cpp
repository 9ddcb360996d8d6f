#include <fmt/format.h>

#include <cstdio>
#include <vector>

#include "app/handlers/call_handlers.h"
#include "app/payments/payments.h"
#include "app/review/reviews.h"
#include "domain/words.h"
#include "gateways/manual/manual.h"
#include "main/commands.h"
#include "main/open_store.h"
#include "main/startup.h"
#include "net/curl_client.h"
#include "surfaces/platform/review_dto.h"

namespace cobro {
namespace {

namespace platform = surfaces::platform;
using domain::Refusal;

constexpr std::int64_t kPage = 100;

// One line for a person: the first words of ISO 8601.
std::string minute_of(base::Timestamp instant) {
  auto text = base::to_iso8601(instant).substr(0, 16);
  text.replace(10, 1, " ");
  return text;
}

std::string_view status_word(const domain::Payment& payment) {
  return wire::to_string(platform::status_of(payment));
}

struct Item {
  domain::Review row;
  std::optional<domain::Payment> payment;
};

// What to look for in the gateway's dashboard, why, and how it ended.
void print(const Item& item) {
  const auto& [row, payment] = item;
  const auto what = row.operation ? domain::to_string(*row.operation) : domain::to_string(row.kind);
  const auto paid =
      payment ? fmt::format("{} {}", payment->number, status_word(*payment)) : std::string("?");
  const auto remote = payment ? payment->gateway_payment_id.value_or("-") : std::string("-");
  fmt::print("{}  {}  {:<8}  {:>14}  {}\n", row.id.to_string(), minute_of(row.created_at), what,
             row.amount ? row.amount->to_string() : "-", paid);
  fmt::print("    {} {}: {}\n", domain::to_string(row.gateway), remote, row.detail);
  if (row.status == domain::ReviewStatus::open) return;
  fmt::print("    {} by {} {}: {}\n", row.outcome ? domain::to_string(*row.outcome) : "resolved",
             row.resolved_by.value_or("?"),
             row.resolved_at ? minute_of(*row.resolved_at) : std::string("?"),
             row.note.value_or("-"));
}

void print(const std::vector<Item>& items) {
  if (items.empty()) return fmt::print("nothing to settle\n");
  fmt::print("{:<36}  {:<16}  {:<8}  {:>14}  {}\n", "ID", "SINCE", "WHAT", "AMOUNT", "PAYMENT");
  for (const auto& item : items) print(item);
  fmt::print(
      "\nTo resolve one, look it up at the gateway; then\n"
      "  cobro reconcile ID --outcome succeeded|failed --note TEXT --by NAME\n");
}

base::Task<base::Result<std::vector<Item>, Refusal>> read_all(app::Context& context,
                                                              app::Caller caller, bool all) {
  ports::ReviewFilter filter;
  if (!all) filter.status = domain::ReviewStatus::open;
  ports::Page page{.limit = kPage};
  std::vector<Item> items;
  for (bool more = true; more;) {
    auto listed = co_await app::list_reviews(context, caller, filter, page);
    if (!listed) co_return std::unexpected(std::move(listed).error());
    for (auto& row : listed->items) {
      Item item{std::move(row), std::nullopt};
      if (item.row.payment_id) {
        auto payment = co_await app::get_payment(context, caller, *item.row.payment_id);
        if (payment) item.payment = std::move(*payment);
      }
      items.push_back(std::move(item));
    }
    more = listed->more && !items.empty();
    if (more) page.after = items.back().row.id.uuid;
  }
  co_return items;
}

int explain(const Refusal& refusal) {
  fmt::print(stderr, "cobro reconcile: {}\n", refusal.message);
  for (const auto& detail : refusal.details)
    fmt::print(stderr, "  {}: {}\n", detail.field, detail.message);
  return 1;
}

// The same checks as of a request.
base::Result<app::ResolveReview, Refusal> read_command(const ReconcileOptions& options) {
  wire::Json body;
  body.set("outcome", options.outcome).set("note", options.note);
  if (options.gateway_transaction_id)
    body.set("gateway_transaction_id", *options.gateway_transaction_id);
  surfaces::Fields fields;
  auto command = platform::read_resolution(body, fields);
  if (!command) return std::unexpected(fields.refusal());
  const auto id = domain::ReviewId::parse(options.id);
  if (!id)
    return std::unexpected(
        Refusal{.code = domain::RefusalCode::not_found,
                .message = fmt::format("`{}` is no reconciliation's id.", options.id)});
  command->review = *id;
  return std::move(*command);
}

void print_resolved(const Item& item) {
  const auto& [row, payment] = item;
  fmt::print("resolved as {} by {}", domain::to_string(*row.outcome), *row.resolved_by);
  if (!payment) return fmt::print("\n");
  fmt::print("; payment {} is {}\n", payment->number, status_word(*payment));
  if (!payment->overpayment) return;
  fmt::print("its {} are overpayment {}, {}\n", payment->overpayment->amount.to_string(),
             payment->overpayment->id.to_string(),
             domain::to_string(domain::overpayment_status(*payment)));
}

int resolve(net::Loop& loop, app::Context& context, app::Caller caller,
            const ReconcileOptions& options) {
  auto command = read_command(options);
  if (!command) return explain(command.error());
  // Worded on each try of the write; the last one is what was committed.
  std::optional<Item> resolved;
  const app::RenderReview keep = [&](const domain::Review& row, const domain::Payment* payment) {
    resolved.emplace(row, payment ? std::optional(*payment) : std::nullopt);
    return app::StoredReply{};
  };
  app::Call call{.caller = std::move(caller), .render_state = &platform::render_state};
  const auto answer =
      run_to_end(loop, app::resolve_review(context, std::move(call), std::move(*command), keep));
  if (!answer) return explain(answer.error());
  print_resolved(*resolved);
  return 0;
}

}  // namespace

int run_reconcile(const configuration::Sources& sources, const ReconcileOptions& options) {
  const auto configuration = load_or_explain(sources, configuration::Purpose::other);
  if (!configuration || !has_database(*configuration, "reconcile")) return 2;
  net::Loop loop;
  net::LoopClock clock(loop);
  net::SystemRandom random;
  net::CurlClient http(loop);
  auto log = make_log(*configuration, clock);
  const auto store = open_store(*configuration, loop, clock, random);
  const gateways::Manual manual;
  const ports::Gateways gateways{&manual};
  app::Context context{*store, clock, random, http, gateways, log, {}, &app::call_handlers()};
  const app::Caller caller{.sub = options.by, .roles = app::Role::admin};
  if (!options.id.empty()) return resolve(loop, context, caller, options);
  const auto items = run_to_end(loop, read_all(context, caller, options.all));
  if (!items) return explain(items.error());
  print(*items);
  return 0;
}

}  // namespace cobro
