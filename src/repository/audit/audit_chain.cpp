#include "repository/audit/audit_chain.hpp"

#include "repository/audit/checkpoint.hpp"
#include "repository/database/keys.hpp"

#include <fmt/format.h>

#include <utility>

namespace noded::audit {
namespace {

using database::keys::Space;

constexpr std::size_t kPiece = 1000;  // entries in one transaction
constexpr std::size_t kNumberSize = 8;

std::string number_text(std::uint64_t number) {
  std::string bytes;
  for (std::size_t i = kNumberSize; i-- > 0;)
    bytes.push_back(static_cast<char>(number >> (8 * i) & 0xff));
  return bytes;
}

std::uint64_t number_in(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char byte : bytes.substr(0, kNumberSize))
    number = number << 8 | static_cast<unsigned char>(byte);
  return number;
}

std::string entry_key(std::uint16_t application, std::uint64_t number) {
  return database::keys::prefix(application, Space::kAuditEntry) + number_text(number);
}

std::string head_key(std::uint16_t application) {
  return database::keys::prefix(application, Space::kAuditHead);
}

std::string checkpoint_key(std::uint16_t application) {
  return database::keys::prefix(application, Space::kAuditCheckpoint);
}

std::string signed_key(std::uint16_t application) {
  return database::keys::prefix(application, Space::kAuditSigned);
}

KeyRange all_entries(std::uint16_t application) {
  return prefix_range(database::keys::prefix(application, Space::kAuditEntry));
}

bool matches(const Entry& entry, const Wanted& wanted) {
  const std::string& action = entry.act.action;
  const bool is_action =
      wanted.action.empty() || action == wanted.action || action.starts_with(wanted.action + ".");
  return is_action && (wanted.actor.empty() || entry.act.actor == wanted.actor) &&
         (wanted.target.empty() || entry.act.target == wanted.target) &&
         (!wanted.from_ms || entry.time_ms >= *wanted.from_ms) &&
         (!wanted.before_ms || entry.time_ms < *wanted.before_ms);
}

void break_at(Verdict& verdict, std::uint64_t number, std::string reason) {
  if (!verdict.is_whole) return;
  verdict.is_whole = false;
  verdict.broken = number;
  verdict.reason = std::move(reason);
}

// Why the entry cannot follow that number and hash; empty if it does.
std::string fault_of(
    const Result<Entry>& entry,
    std::string_view bytes,
    std::uint64_t number,
    std::string_view before
) {
  if (!entry) return "it cannot be read";
  if (entry->number != number) return "it has the number of another one";
  if (entry->before != before) return "it does not follow from the one before it";
  if (entry->hash != hash_of(bytes)) return "it was changed";
  return {};
}

}  // namespace

Result<AuditChain::Link> AuditChain::link(Transaction& transaction, const std::string& key) const {
  std::string bytes;
  const auto found = transaction.get(key, bytes);
  if (!found) return std::unexpected(found.error());
  if (!*found) return Link{};
  if (bytes.size() != kNumberSize + kHashSize)
    return fail(Errc::kInternal, "the end of the audit chain cannot be read");
  return Link{.number = number_in(bytes), .hash = bytes.substr(kNumberSize)};
}

Result<> AuditChain::append(Transaction& transaction, const Act& act) const {
  const auto last = link(transaction, head_key(application_));
  if (!last) return std::unexpected(last.error());
  const std::int64_t now_ms = clock_->wall().time_since_epoch().count();
  const std::string bytes = encode(
      {.number = last->number + 1, .time_ms = now_ms, .act = act, .before = last->hash, .hash = {}}
  );
  transaction.put(entry_key(application_, last->number + 1), bytes);
  transaction.put(
      head_key(application_),
      number_text(last->number + 1).append(bytes.substr(bytes.size() - kHashSize))
  );
  return {};
}

Result<std::optional<std::int64_t>> AuditChain::unsigned_since(Transaction& transaction) const {
  const auto last = link(transaction, head_key(application_));
  if (!last) return std::unexpected(last.error());
  std::string bytes;  // number and time of the last checkpoint
  const auto found = transaction.get(signed_key(application_), bytes);
  if (!found) return std::unexpected(found.error());
  if (*found && bytes.size() == 2 * kNumberSize) {
    if (number_in(bytes) == last->number) return std::nullopt;
    return static_cast<std::int64_t>(number_in(std::string_view(bytes).substr(kNumberSize)));
  }
  const auto cursor = transaction.scan(all_entries(application_), Direction::kForward);
  if (!cursor->next()) {
    if (auto walked = cursor->status(); !walked) return std::unexpected(std::move(walked.error()));
    return std::nullopt;
  }
  const auto first = decode(cursor->value());
  return first ? first->time_ms : 0;  // one that cannot be read is for the verification to find
}

Result<Act> AuditChain::append_checkpoint(Transaction& transaction, std::string_view seed) const {
  const auto last = link(transaction, head_key(application_));
  if (!last) return std::unexpected(last.error());
  Act act = checkpoint_act(seed, last->number, last->hash);
  if (auto done = append(transaction, act); !done) return std::unexpected(std::move(done.error()));
  const auto now_ms = static_cast<std::uint64_t>(clock_->wall().time_since_epoch().count());
  transaction.put(signed_key(application_), number_text(last->number + 1) + number_text(now_ms));
  return act;
}

Result<std::uint64_t> AuditChain::prune_piece(Transaction& transaction, std::int64_t before_ms)
    const {
  std::uint64_t pruned = 0;
  const auto cursor = transaction.scan(all_entries(application_), Direction::kForward);
  while (pruned < kPiece && cursor->next()) {
    const auto entry = decode(cursor->value());
    // What cannot be read stays: it is what a verification has to find.
    if (!entry || entry->time_ms >= before_ms) break;
    transaction.erase(cursor->key());
    transaction.put(checkpoint_key(application_), number_text(entry->number) + entry->hash);
    ++pruned;
  }
  if (auto walked = cursor->status(); !walked) return std::unexpected(std::move(walked.error()));
  return pruned;
}

Task<Result<std::uint64_t>> AuditChain::prune(
    database::StoreAccess store, std::int64_t before_ms, std::stop_token stop
) const {
  auto body = [this, before_ms](Transaction& transaction) {
    return prune_piece(transaction, before_ms);
  };
  std::uint64_t pruned = 0;
  while (!stop.stop_requested()) {
    const auto piece = co_await database::transact(store, SteadyTime::max(), body);
    if (!piece) co_return std::unexpected(piece.error());
    pruned += *piece;
    if (*piece < kPiece) break;
  }
  co_return pruned;
}

Result<Page> AuditChain::list(Transaction& transaction, const Wanted& wanted) const {
  KeyRange range = all_entries(application_);
  const std::size_t prefix_size = range.begin.size();
  if (wanted.before_number > 0) range.end = entry_key(application_, wanted.before_number);
  const auto cursor = transaction.scan(std::move(range), Direction::kBackward);
  Page page;
  for (std::size_t looked_at = 0; cursor->next(); ++looked_at) {
    const std::uint64_t number = number_in(cursor->key().substr(prefix_size));
    if (looked_at == kMostLookedAt || page.entries.size() == wanted.limit) {
      page.next_before = number + 1;
      break;
    }
    auto entry = decode(cursor->value());
    if (!entry)
      return fail(Errc::kInternal, fmt::format("the audit entry {} cannot be read", number));
    if (wanted.from_ms && entry->time_ms < *wanted.from_ms) break;
    if (matches(*entry, wanted)) page.entries.push_back(std::move(*entry));
  }
  if (auto walked = cursor->status(); !walked) return std::unexpected(std::move(walked.error()));
  return page;
}

// The last entry of before that time, as far as entries are in the order of their times: found by
// halving. One that cannot be read counts as younger, so that the verification comes to it.
Result<AuditChain::Link> AuditChain::link_before(Transaction& transaction, std::int64_t from_ms)
    const {
  auto last = link(transaction, checkpoint_key(application_));
  const auto head = link(transaction, head_key(application_));
  if (!last || !head) return last ? head : last;
  std::uint64_t after = head->number + 1;
  std::string bytes;
  while (last->number + 1 < after) {
    const std::uint64_t middle = last->number + (after - last->number) / 2;
    const auto found = transaction.peek(entry_key(application_, middle), bytes);
    if (!found) return std::unexpected(found.error());
    const auto entry = *found ? decode(bytes) : fail(Errc::kInvalid, "it is missing");
    if (entry && entry->time_ms < from_ms) {
      *last = {.number = middle, .hash = entry->hash};
    } else {
      after = middle;
    }
  }
  return last;
}

// One piece behind `last`, which it moves on. False at the end or where the chain breaks.
Result<bool> AuditChain::verify_piece(
    Transaction& transaction,
    const Span& span,
    std::string_view public_key,
    Link& last,
    Verdict& verdict
) const {
  const auto checkpoint = link(transaction, checkpoint_key(application_));
  if (!checkpoint) return std::unexpected(checkpoint.error());
  if (checkpoint->number > last.number) last = *checkpoint;  // what is before it is gone
  KeyRange range = all_entries(application_);
  const std::size_t prefix_size = range.begin.size();
  range.begin = entry_key(application_, last.number + 1);
  const auto cursor = transaction.scan(std::move(range), Direction::kForward);
  for (std::size_t count = 0; cursor->next(); ++count) {
    if (count == kPiece) return true;
    const std::uint64_t number = number_in(cursor->key().substr(prefix_size));
    if (number != last.number + 1) {
      break_at(verdict, last.number + 1, "it is missing");
      return false;
    }
    const auto entry = decode(cursor->value());
    if (entry && span.before_ms && entry->time_ms >= *span.before_ms) {
      if (verdict.entries > 0) verdict.head = last.hash;
      return false;
    }
    std::string fault = fault_of(entry, cursor->value(), number, last.hash);
    if (fault.empty() && entry->act.action == kCheckpointAction) {
      fault = fault_of_checkpoint(*entry, public_key);
      verdict.signed_number = number;
      verdict.signed_ms = entry->time_ms;
    }
    if (!fault.empty()) {
      break_at(verdict, number, std::move(fault));
      return false;
    }
    last = {.number = number, .hash = entry->hash};
    ++verdict.entries;
  }
  if (auto walked = cursor->status(); !walked) return std::unexpected(std::move(walked.error()));
  if (auto ended = verify_end(transaction, last, verdict); !ended)
    return std::unexpected(std::move(ended.error()));
  return false;
}

Result<> AuditChain::verify_end(Transaction& transaction, const Link& last, Verdict& verdict)
    const {
  const auto head = link(transaction, head_key(application_));
  if (!head) return std::unexpected(head.error());
  if (head->number > last.number) {
    break_at(verdict, last.number + 1, "it is missing");
  } else if (head->number != last.number || head->hash != last.hash) {
    break_at(verdict, last.number, "it is not the one that was written last");
  } else if (last.number > 0) {
    verdict.head = last.hash;
  }
  return {};
}

Task<Result<Verdict>> AuditChain::verify(
    database::StoreAccess store, Span span, std::string public_key
) const {
  Verdict verdict;
  Link last;
  if (span.from_ms) {
    auto before = co_await database::read(store, SteadyTime::max(), [&](Transaction& transaction) {
      return link_before(transaction, *span.from_ms);
    });
    if (!before) co_return std::unexpected(std::move(before.error()));
    last = std::move(*before);
  }
  struct Progress {
    bool has_more = false;
    Link last;
    Verdict verdict;
  };
  auto body = [&](Transaction& transaction) -> Result<Progress> {
    Progress progress{.has_more = false, .last = last, .verdict = verdict};
    const auto more = verify_piece(transaction, span, public_key, progress.last, progress.verdict);
    if (!more) return std::unexpected(more.error());
    progress.has_more = *more;
    return progress;
  };
  for (bool has_more = true; has_more;) {
    auto progress = co_await database::read(store, SteadyTime::max(), body);
    if (!progress) co_return std::unexpected(std::move(progress.error()));
    last = std::move(progress->last);
    verdict = std::move(progress->verdict);
    has_more = progress->has_more;
  }
  co_return verdict;
}

}  // namespace noded::audit
