#include "store/postgres/pool.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "ports/store.h"

namespace cobro::store {
namespace {

constexpr base::Duration kFirstBackoff = std::chrono::milliseconds(50);
constexpr base::Duration kLongestBackoff = std::chrono::seconds(2);
constexpr base::Duration kRollback = std::chrono::seconds(5);

std::exception_ptr unavailable(const std::string& why) {
  return std::make_exception_ptr(ports::StoreUnavailable("PostgreSQL: " + why));
}

}  // namespace

PgLease::~PgLease() {
  if (connection_) pool_->give_back(connection_);
}

base::Task<PgAnswers> PgLease::run(const std::vector<Statement>& statements) {
  co_return co_await base::await_callback<PgAnswers>([&](base::Completion<PgAnswers> done) {
    connection_->run(statements, pool_->operation_timeout(), std::move(done));
  });
}

// One who waits for a connection, and the timer that ends the wait.
struct PgPool::Waiting {
  Waiting(boost::asio::io_context& loop, Taker t) : taker(std::move(t)), timer(loop) {}
  Taker taker;
  boost::asio::steady_timer timer;
};

PgPool::PgPool(boost::asio::io_context& loop, ports::Clock& clock, PgPoolOptions options)
    : loop_(loop), clock_(clock), options_(std::move(options)) {}

PgPool::~PgPool() = default;

base::Task<PgLease> PgPool::acquire() {
  const auto self = shared_from_this();
  co_return co_await base::await_callback<PgLease>([&](Taker taker) { self->take(taker); });
}

void PgPool::take(Taker taker) {
  while (!idle_.empty()) {
    auto connection = std::move(idle_.back());
    idle_.pop_back();
    if (connection->alive()) return taker(PgLease(shared_from_this(), std::move(connection)));
    connection->close();
    --open_;
  }
  if (shut_down_) return taker.fail(unavailable("shutting down"));
  if (open_ >= options_.connections) return enqueue(std::move(taker));
  if (clock_.steady() < closed_until_) return taker.fail(unavailable("cannot connect"));
  open_for(std::move(taker));
}

void PgPool::open_for(Taker taker) {
  ++open_;
  auto connection = PgConnection::create(loop_, options_.url);
  auto* raw = connection.get();
  chores_.push_back(connection);
  raw->connect(options_.connect,
               [self = shared_from_this(), connection = std::move(connection),
                taker = std::move(taker)](const std::optional<std::string>& failure) mutable {
                 self->opened(connection, std::move(taker), failure);
               });
}

void PgPool::opened(const std::shared_ptr<PgConnection>& connection, Taker taker,
                    const std::optional<std::string>& failure) {
  end_chore(connection);
  if (!failure && !shut_down_) {
    backoff_ = base::Duration{0};
    return taker(PgLease(shared_from_this(), connection));
  }
  connection->close();
  backoff_ = std::clamp(backoff_ * 2, kFirstBackoff, kLongestBackoff);
  closed_until_ = clock_.steady() + backoff_;
  taker.fail(unavailable(failure.value_or("shutting down")));
  drop();
}

void PgPool::enqueue(Taker taker) {
  if (waiting_.size() >= options_.waiting) return taker.fail(unavailable("too many wait"));
  auto waiting = std::make_shared<Waiting>(loop_, std::move(taker));
  waiting->timer.expires_after(options_.wait);
  waiting->timer.async_wait(
      [self = shared_from_this(), waiting](const boost::system::error_code& error) {
        if (error) return;
        std::erase(self->waiting_, waiting);
        waiting->taker.fail(unavailable("all connections are in use"));
      });
  waiting_.push_back(std::move(waiting));
}

std::shared_ptr<PgPool::Waiting> PgPool::next_waiting() {
  if (waiting_.empty()) return nullptr;
  auto next = std::move(waiting_.front());
  waiting_.pop_front();
  next->timer.cancel();
  return next;
}

void PgPool::give_back(const std::shared_ptr<PgConnection>& connection) {
  if (shut_down_ || connection->busy() || !connection->usable()) {
    connection->close();
    return drop();
  }
  if (connection->in_transaction()) return roll_back(connection);
  hand_on(connection);
}

// In the background: whoever gave it back has its answer already.
void PgPool::roll_back(const std::shared_ptr<PgConnection>& connection) {
  const Statement rollback{"ROLLBACK"};
  chores_.push_back(connection);
  connection->run({&rollback, 1}, kRollback,
                  [self = shared_from_this(), connection](const PgAnswers& answers) {
                    self->end_chore(connection);
                    if (answers.lost || answers.error || connection->in_transaction())
                      connection->close();
                    self->give_back(connection);
                  });
}

void PgPool::hand_on(const std::shared_ptr<PgConnection>& connection) {
  if (auto next = next_waiting()) return next->taker(PgLease(shared_from_this(), connection));
  idle_.push_back(connection);
}

// A connection is gone: there is room for another.
void PgPool::drop() {
  --open_;
  if (shut_down_) return;
  if (auto next = next_waiting()) take(next->taker);
}

void PgPool::end_chore(const std::shared_ptr<PgConnection>& connection) {
  std::erase(chores_, connection);
}

void PgPool::close_idle() {
  for (auto& connection : idle_) connection->close();
  open_ -= idle_.size();
  idle_.clear();
}

void PgPool::shut_down() {
  shut_down_ = true;
  close_idle();
  for (const auto& connection : std::exchange(chores_, {})) connection->close();
  while (auto next = next_waiting()) next->taker.fail(unavailable("shutting down"));
}

}  // namespace cobro::store
