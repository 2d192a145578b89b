#include "storage/committer.hpp"

#include "runtime/front_threads.hpp"
#include "storage/append_key.hpp"
#include "storage/number.hpp"
#include "telemetry/log.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/prefer.hpp>
#include <pthread.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace noded::storage {

Committer::Committer(
    std::unique_ptr<Backend> backend,
    std::shared_ptr<Published> published,
    std::shared_ptr<RangeCache> range_cache,
    std::shared_ptr<RangeCounts> range_counts,
    const CommitterSettings& settings,
    const Clock& clock,
    OnFatal on_fatal
)
    : settings_(settings),
      on_fatal_(std::move(on_fatal)),
      backend_(std::move(backend)),
      published_(std::move(published)),
      range_cache_(std::move(range_cache)),
      range_counts_(std::move(range_counts)),
      space_(settings.reserve_bytes, settings.room_bytes, settings.durability, clock),
      assigned_(backend_->stored_sequence()),
      window_(settings.window_keys, assigned_),
      numbers_([this](std::string_view key) { return read_number(key); }) {
  space_.look(*backend_);
  publish(assigned_);
  thread_ = std::thread([this] { run(); });
}

Committer::~Committer() {
  close();
}

bool Committer::is_full() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size() >= settings_.max_waiting;
}

void Committer::submit(std::unique_ptr<StoreTransaction> transaction, CommitHandler handler) {
  auto executor = net::prefer(
      net::any_io_executor(net::get_associated_executor(handler)),
      net::execution::outstanding_work.tracked
  );
  std::unique_lock lock(mutex_);
  if (is_closing_) {
    lock.unlock();
    Completions refused;
    refused.add(
        std::move(executor), std::move(handler), fail(Errc::kUnavailable, "the store is closed")
    );
    refused.post();
    return;
  }
  waiting_.push_back({std::move(transaction), std::move(handler), std::move(executor)});
  const bool must_wake = std::exchange(is_idle_, false);
  lock.unlock();
  if (must_wake) wake_.notify_one();
}

Engine::Health Committer::health() {
  if (space_.is_stale()) {
    const std::lock_guard lock(mutex_);
    wants_usage_ = true;
    if (std::exchange(is_idle_, false)) wake_.notify_one();
  }
  Engine::Health health = space_.health();
  const std::lock_guard lock(mutex_);
  if (is_closing_) {
    health.writable = false;
    health.reason = "the store is closed";
  }
  return health;
}

void Committer::free_snapshots() {
  std::unique_lock lock(mutex_);
  const std::uint64_t wanted = ++sweeps_wanted_;
  if (std::exchange(is_idle_, false)) wake_.notify_one();
  swept_.wait(lock, [this, wanted] { return is_closing_ || sweeps_done_ >= wanted; });
}

void Committer::sweep_as_wanted() {
  std::uint64_t wanted = 0;
  {
    const std::lock_guard lock(mutex_);
    if (sweeps_wanted_ == sweeps_done_) return;
    wanted = sweeps_wanted_;
  }
  ledger_->sweep(assigned_);
  {
    const std::lock_guard lock(mutex_);
    sweeps_done_ = wanted;
  }
  swept_.notify_all();
}

void Committer::close() {
  {
    const std::lock_guard lock(mutex_);
    is_closing_ = true;
    is_idle_ = false;
  }
  wake_.notify_one();
  swept_.notify_all();
  if (!thread_.joinable()) return;
  thread_.join();
  published_->set(nullptr);
  ledger_->close();
  backend_->close();
}

void Committer::run() {
  ::pthread_setname_np(::pthread_self(), "noded-commit");
  std::optional<runtime::FrontThreads::Place> place;
  if (settings_.front != nullptr) place.emplace(*settings_.front);
  std::vector<Waiter> taken;
  std::vector<Result<Sequence>> outcomes;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      while (waiting_.empty() && !wants_usage_ && !is_closing_ && sweeps_wanted_ == sweeps_done_) {
        is_idle_ = true;
        wake_.wait(lock);
      }
      is_idle_ = false;
      if (waiting_.empty() && is_closing_) return;
      wants_usage_ = false;
      taken.swap(waiting_);
    }
    sweep_as_wanted();
    space_.look(*backend_);
    if (space_.needs_restart()) end_node(space_.refusal());
    std::span<Waiter> rest(taken);
    while (!rest.empty()) {
      std::size_t count = 0;
      for (std::size_t bytes = 0; count < rest.size() && bytes < settings_.group_bytes; ++count)
        bytes += rest[count].transaction->bytes();
      const std::span<Waiter> group = rest.first(count);
      rest = rest.subspan(count);
      outcomes.clear();
      commit(group, outcomes);
      for (std::size_t i = 0; i < count; ++i)
        completions_.add(
            std::move(group[i].executor), std::move(group[i].handler), std::move(outcomes[i])
        );
      completions_.post();
    }
    taken.clear();
  }
}

void Committer::commit(std::span<Waiter> group, std::vector<Result<Sequence>>& outcomes) {
  const Sequence oldest_read = ledger_->sweep(assigned_);
  window_.forget_before(oldest_read);
  changes_.clear();
  erased_.clear();
  append_keys_.clear();
  group_start_ = assigned_ + 1;
  for (const Waiter& waiter : group)
    outcomes.push_back(decide(*waiter.transaction));
  if (assigned_ < group_start_) return;
  const auto written = write(oldest_read);
  if (written) return;
  for (auto& outcome : outcomes) {
    if (outcome) outcome = std::unexpected(written.error());
  }
}

Result<Sequence> Committer::decide(const StoreTransaction& transaction) {
  if (!space_.refusal().empty()) return fail(Errc::kUnavailable, space_.refusal());
  if (window_.conflicts(transaction.reads(), transaction.snapshot())) {
    return fail(Errc::kConflict, "a concurrent transaction changed what this one read");
  }
  auto loaded = load_numbers(transaction);
  if (!loaded) return std::unexpected(std::move(loaded.error()));
  const Sequence sequence = ++assigned_;
  collect(transaction, sequence);
  record(transaction, sequence);
  return sequence;
}

Result<> Committer::load_numbers(const StoreTransaction& transaction) {
  for (const auto* numbers : {&transaction.additions(), &transaction.allocated()}) {
    for (const auto& [key, number] : *numbers) {
      auto loaded = numbers_.load(key);
      if (!loaded) return loaded;
      const auto* own = transaction.writes().find(key);
      if (own != nullptr && own->has_value() && !decode_number(**own)) {
        return fail(Errc::kInternal, "a counter was overwritten with what is no number");
      }
    }
  }
  return {};
}

void Committer::collect(const StoreTransaction& transaction, Sequence sequence) {
  transaction.writes().for_each([&](std::string_view key, const std::optional<std::string>& value) {
    numbers_.replace(key, value);
    if (!transaction.counts(key)) changes_.push_back({key, value});
  });
  for (const auto& [key, delta] : transaction.additions()) {
    take_over(key);
    numbers_.add(key, delta);
  }
  for (const auto& [key, mark] : transaction.allocated()) {
    take_over(key);
    numbers_.raise(key, mark);
  }
  std::uint32_t position = 0;
  for (const auto& append : transaction.appends()) {
    const std::string& key =
        append_keys_.emplace_back(append_key(append.prefix, sequence, position++));
    changes_.push_back({key, append.value});
  }
  erased_.insert(erased_.end(), transaction.erased().begin(), transaction.erased().end());
  space_.note_written(transaction.bytes());
}

// The first counting with a key in this group replaces what an earlier winner of the group put
// there; a later one that puts it would conflict.
void Committer::take_over(std::string_view number) {
  if (numbers_.is_changed(number) || !window_.was_written_since(hash_key(number), group_start_))
    return;
  std::erase_if(changes_, [number](const Change& change) { return change.key == number; });
}

void Committer::record(const StoreTransaction& transaction, Sequence sequence) {
  const std::size_t keys = transaction.writes().size() + transaction.additions().size() +
                           transaction.allocated().size() + transaction.appends().size() +
                           transaction.announced().size();
  if (keys > window_.capacity()) {
    window_.record_everything(sequence);
    return;
  }
  transaction.writes().for_each([&](std::string_view key, const auto&) {
    window_.record(hash_key(key), sequence);
  });
  for (const auto* numbers : {&transaction.additions(), &transaction.allocated()}) {
    for (const auto& [key, number] : *numbers)
      window_.record(hash_key(key), sequence);
  }
  for (std::size_t i = append_keys_.size() - transaction.appends().size(); i < append_keys_.size();
       ++i)
    window_.record(hash_key(append_keys_[i]), sequence);
  for (const KeyHash token : transaction.announced())
    window_.record(token, sequence);
}

Result<> Committer::write(Sequence oldest_read) {
  numbers_.append_changes(changes_);
  // Neighbours are inserted faster one after the other. No key is there twice: see collect().
  std::ranges::sort(changes_, {}, &Change::key);
  const Batch batch{.changes = changes_, .erased = erased_};
  const auto applied = backend_->apply(batch, assigned_, oldest_read);
  if (applied) {
    numbers_.store();
    if (range_cache_ != nullptr) range_cache_->note(batch, assigned_);
    range_counts_->note(batch, assigned_, *published_->get());
    publish(assigned_);
    return {};
  }
  const WriteFault& fault = applied.error();
  numbers_.clear();
  window_.record_everything(published_->last());  // what it knows of this group did not happen
  space_.note_fault(fault);
  const bool is_fatal = fault.kind == WriteFault::Kind::kBroken;
  telemetry::log(
      telemetry::Level::kError,
      is_fatal ? "store write failed; the node must restart" : "store write refused",
      telemetry::Fields().text("cause", fault.message)
  );
  if (is_fatal) end_node(fault.message);
  return fail(Errc::kUnavailable, space_.refusal());
}

void Committer::end_node(std::string_view reason) {
  if (const OnFatal on_fatal = std::exchange(on_fatal_, nullptr)) on_fatal(reason);
}

void Committer::publish(Sequence sequence) {
  published_->set(ledger_->share(backend_->snapshot(sequence)));
}

Result<std::optional<std::string>> Committer::read_number(std::string_view key) const {
  if (window_.was_written_since(hash_key(key), group_start_)) {
    for (auto change = changes_.rbegin(); change != changes_.rend(); ++change) {
      if (change->key == key)
        return change->value ? std::optional(std::string(*change->value)) : std::nullopt;
    }
  }
  std::string bytes;
  const auto found = published_->get()->get(key, bytes, Tier::kDisk);
  if (!found) return std::unexpected(found.error());
  return *found ? std::optional(std::move(bytes)) : std::nullopt;
}

}  // namespace noded::storage
