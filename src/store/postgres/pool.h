// A bounded set of connections, opened as needed, and a bounded queue of those who wait for
// one. One thread.
#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/task.h"
#include "ports/clock.h"
#include "store/postgres/connection.h"

namespace cobro::store {

class PgPool;

// A connection on loan. Given back at the end of its life: rolled back first when it is in a
// transaction, closed when something still runs on it.
class PgLease {
 public:
  PgLease(std::shared_ptr<PgPool> pool, std::shared_ptr<PgConnection> connection)
      : pool_(std::move(pool)), connection_(std::move(connection)) {}
  PgLease(PgLease&&) noexcept = default;
  PgLease& operator=(PgLease&&) = delete;
  ~PgLease();

  // One round trip.
  base::Task<PgAnswers> run(const std::vector<Statement>& statements);

 private:
  std::shared_ptr<PgPool> pool_;
  std::shared_ptr<PgConnection> connection_;
};

struct PgPoolOptions {
  std::string url;
  std::size_t connections = 16;
  std::size_t waiting = 1024;
  base::Duration wait = std::chrono::seconds(5);
  base::Duration connect = std::chrono::seconds(5);
  base::Duration operation = std::chrono::seconds(15);
};

class PgPool : public std::enable_shared_from_this<PgPool> {
 public:
  PgPool(boost::asio::io_context& loop, ports::Clock& clock, PgPoolOptions options);
  PgPool(const PgPool&) = delete;
  PgPool& operator=(const PgPool&) = delete;
  ~PgPool();

  // Throws StoreUnavailable: no connection can be had, or not in time.
  base::Task<PgLease> acquire();
  // Those that nobody uses: after one was found dead, for the others are too, likely.
  void close_idle();
  // Closes everything; who waits is told.
  void shut_down();
  [[nodiscard]] base::Duration operation_timeout() const { return options_.operation; }

 private:
  friend class PgLease;
  struct Waiting;
  using Taker = base::Completion<PgLease>;

  void take(Taker taker);
  void open_for(Taker taker);
  void opened(const std::shared_ptr<PgConnection>& connection, Taker taker,
              const std::optional<std::string>& failure);
  void enqueue(Taker taker);
  void give_back(const std::shared_ptr<PgConnection>& connection);
  void roll_back(const std::shared_ptr<PgConnection>& connection);
  void hand_on(const std::shared_ptr<PgConnection>& connection);
  void drop();
  void end_chore(const std::shared_ptr<PgConnection>& connection);
  std::shared_ptr<Waiting> next_waiting();

  boost::asio::io_context& loop_;
  ports::Clock& clock_;
  PgPoolOptions options_;
  std::vector<std::shared_ptr<PgConnection>> idle_;
  // Being opened or rolled back: their callbacks own them, so shutting down must end them.
  std::vector<std::shared_ptr<PgConnection>> chores_;
  std::size_t open_ = 0;  // idle, on loan, and at a chore
  std::deque<std::shared_ptr<Waiting>> waiting_;
  base::Duration backoff_{0};
  base::Duration closed_until_{0};  // steady time before which no connection is tried
  bool shut_down_ = false;
};

}  // namespace cobro::store
