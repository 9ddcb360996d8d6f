// A sandbox's memory: objects as JSON documents, used idempotency keys, events, webhook
// deliveries and what is to happen later. One SQLite connection; knows nothing of payments.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "sqlite/sqlite.h"
#include "wire/json.h"

namespace cobro::sandbox {

// `body` is what the gateway's API shows; `inner` what only the sandbox knows of the object.
struct Document {
  wire::Json body;
  wire::Json inner;

  [[nodiscard]] const std::string& id() const { return *body.find("id")->as_string(); }
  // The string member, "" when it is null or absent.
  [[nodiscard]] std::string text(std::string_view name) const;
  [[nodiscard]] std::int64_t number(std::string_view name) const;
};

// What an object can be listed by, besides its kind.
struct Parents {
  std::string_view intent = {};
  std::string_view charge = {};
  std::string_view customer = {};
};

struct ListQuery {
  std::string_view kind;
  Parents only;
  std::int64_t created_from = 0;
  std::int64_t created_to = INT64_MAX;
  std::optional<std::string> starting_after;  // ids
  std::optional<std::string> ending_before;
  int limit = 10;
};

struct Page {
  std::vector<wire::Json> items;
  bool has_more = false;
};

struct UsedKey {
  std::string path;
  std::string fingerprint;
  std::string request_id;
  std::int64_t created_at = 0;  // unix seconds
  int status = 0;
  std::string body;
};

struct EventRecord {
  std::int64_t seq = 0;
  std::string id;
  std::string type;
  std::int64_t created = 0;
  std::string request_id;       // "" when the gateway itself is the cause
  std::string idempotency_key;  // "" when none
  std::string data;             // the frozen `data` member's text
};

// Due when somebody releases it.
constexpr base::Timestamp kWithheld{INT64_MAX};

struct Delivery {
  std::int64_t seq = 0;
  std::int64_t event = 0;  // EventRecord::seq
  std::string target;      // the gateway knows who that is
  int attempts = 0;
  base::Timestamp due;
};

// An object that moves money.
struct SourceRecord {
  std::int64_t seq = 0;
  std::string kind;
  Document document;
};

struct ScheduledJob {
  std::string job;
  std::string object;
  base::Timestamp due;
  std::string clock;  // the test clock that `due` is of; "" is real time
};

class Database {
 public:
  explicit Database(const std::string& path);

  // Runs `work` in one transaction; rolls back and rethrows what it throws.
  void transaction(const std::function<void()>& work);
  // Within a transaction: undoes what `work` wrote when it gives false, and gives that.
  bool attempt(const std::function<bool()>& work);

  void insert(std::string_view kind, const Document& document, const Parents& parents);
  void update(const Document& document);
  std::optional<Document> find(std::string_view kind, std::string_view id);
  void erase(std::string_view id);
  // Lists the object under another customer; "" is under none.
  void set_customer(std::string_view id, std::string_view customer);
  // Lists the object under that PaymentIntent or SetupIntent.
  void set_intent(std::string_view id, std::string_view intent);
  // Hides the object from lists and finds of its old kind.
  void change_kind(std::string_view id, std::string_view kind);
  std::vector<Document> all(std::string_view kind);
  // Newest first. Nothing when a cursor's object does not exist.
  std::optional<Page> list(const ListQuery& query);

  // Charges, refunds and disputes, newest first, with seq below `before`.
  std::vector<SourceRecord> list_sources(std::int64_t before, int limit);
  // An object's place in the order of creation.
  std::optional<std::int64_t> sequence_of(std::string_view id);

  std::optional<UsedKey> find_key(std::string_view key);
  void save_key(std::string_view key, const UsedKey& used);
  // What the key replays from now on; does nothing for a key that was not kept.
  void replace_answer(std::string_view key, int status, std::string_view body);
  void forget_keys_before(std::int64_t unix_seconds);

  std::int64_t append(const EventRecord& event);
  std::optional<EventRecord> find_event(std::string_view id);
  std::optional<EventRecord> find_event(std::int64_t seq);
  // Newest first, at most `limit`, with seq in (after, before); `types` empty: all.
  std::vector<EventRecord> list_events(std::int64_t after, std::int64_t before, int limit,
                                       bool oldest_first);
  // Keeps the newest `count` events and those not delivered yet.
  void trim_events(int count);

  void add_delivery(std::int64_t event, std::string_view target, base::Timestamp due);
  void postpone_delivery(std::int64_t seq, int attempts, base::Timestamp due);
  void end_delivery(std::int64_t seq);
  // In order of their due time.
  std::vector<Delivery> due_deliveries(base::Timestamp now, int limit);
  std::vector<Delivery> all_deliveries();
  // Makes what waits due at `now`: of the event of that id, or of all when it is "".
  std::int64_t release_deliveries(std::string_view event_id, base::Timestamp now);
  int pending_deliveries(std::int64_t event);

  void schedule(const ScheduledJob& job);
  bool has_due_job(std::string_view clock, base::Timestamp now);
  // Removes and gives what is due first; nothing when nothing is.
  std::optional<ScheduledJob> take_due_job(std::string_view clock, base::Timestamp now);
  void forget_jobs_of(std::string_view clock);
  // When the next delivery or job of real time after `now` is due; nothing when none waits, or
  // only what is withheld.
  std::optional<base::Timestamp> next_due_after(base::Timestamp now);

 private:
  std::vector<Delivery> read_deliveries(sqlite::Statement& statement);
  sqlite::Statement& list_statement(const ListQuery& query, bool ascending);

  void upgrade();

  sqlite::Connection db_;
};

}  // namespace cobro::sandbox
