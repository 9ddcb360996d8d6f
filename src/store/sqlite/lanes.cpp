#include "store/sqlite/lanes.h"

#include <algorithm>
#include <atomic>

#include "store/sqlite/batch.h"

namespace cobro::store {
namespace {

// Bounds how long the first of a batch waits for the last.
constexpr std::size_t kMaxBatch = 64;

void complete(const std::vector<Job>& jobs, const std::vector<std::exception_ptr>& failures) {
  for (std::size_t i = 0; i < jobs.size(); ++i) jobs[i].done(failures[i]);
}

std::vector<std::exception_ptr> run_jobs(LaneKind kind, Session& session,
                                         const std::vector<Job>& jobs) {
  if (kind == LaneKind::writing) return run_batch(session, jobs);
  std::vector<std::exception_ptr> failures;
  for (const auto& job : jobs) failures.push_back(run_reading(session, *job.work));
  return failures;
}

class ThreadLane final : public Lane {
 public:
  ThreadLane(LaneKind kind, std::vector<std::unique_ptr<Session>> sessions, base::Post post)
      : kind_(kind), sessions_(std::move(sessions)), post_(std::move(post)) {
    for (auto& session : sessions_) threads_.emplace_back([this, &session] { run(*session); });
  }
  ThreadLane(const ThreadLane&) = delete;
  ThreadLane& operator=(const ThreadLane&) = delete;
  ~ThreadLane() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    for (auto& thread : threads_) thread.join();
  }

  void submit(Job job) override {
    {
      const std::lock_guard lock(mutex_);
      waiting_.push_back(std::move(job));
    }
    wake_.notify_one();
  }

 private:
  void run(Session& session) {
    for (auto jobs = take(); !jobs.empty(); jobs = take()) {
      auto failures = run_jobs(kind_, session, jobs);
      post_([jobs = std::move(jobs), failures = std::move(failures)] { complete(jobs, failures); });
    }
  }

  // Waits for work; empty at the end.
  std::vector<Job> take() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    std::vector<Job> jobs;
    if (stopping_) return jobs;
    const std::size_t most = kind_ == LaneKind::writing ? kMaxBatch : 1;
    const std::size_t count = std::min(most, waiting_.size());
    for (std::size_t i = 0; i < count; ++i) {
      jobs.push_back(std::move(waiting_.front()));
      waiting_.pop_front();
    }
    return jobs;
  }

  LaneKind kind_;
  std::vector<std::unique_ptr<Session>> sessions_;
  base::Post post_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> waiting_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

class InlineLane final : public Lane {
 public:
  InlineLane(LaneKind kind, std::shared_ptr<Session> session, base::Post post)
      : kind_(kind), session_(std::move(session)), post_(std::move(post)) {}

  void submit(Job job) override {
    std::vector<Job> jobs;
    jobs.push_back(std::move(job));
    auto failures = run_jobs(kind_, *session_, jobs);
    if (!post_) return complete(jobs, failures);
    post_([jobs = std::move(jobs), failures = std::move(failures)] { complete(jobs, failures); });
  }

 private:
  LaneKind kind_;
  std::shared_ptr<Session> session_;
  base::Post post_;
};

}  // namespace

std::unique_ptr<Lane> thread_lane(LaneKind kind, std::vector<std::unique_ptr<Session>> sessions,
                                  base::Post post) {
  return std::make_unique<ThreadLane>(kind, std::move(sessions), std::move(post));
}

std::unique_ptr<Lane> inline_lane(LaneKind kind, std::shared_ptr<Session> session,
                                  base::Post post) {
  return std::make_unique<InlineLane>(kind, std::move(session), std::move(post));
}

}  // namespace cobro::store
