#include "modules/auth/passkey/passkey_rules.hpp"

#include "codec/text.hpp"
#include "modules/auth/passkey/passkey_options.hpp"

#include <array>
#include <fstream>
#include <iterator>
#include <memory>
#include <string_view>
#include <utility>

namespace noded::auth {
namespace {

constexpr std::string_view kLocalhost = "localhost";
constexpr std::size_t kLargestFile = std::size_t{64} << 20;  // the metadata blob takes some 10 MiB

struct NamedAlgorithm {
  std::string_view name;
  passkey::Algorithm algorithm;
};
// IANA registry "COSE Algorithms".
constexpr std::array<NamedAlgorithm, 6> kAlgorithms{
    {{"EdDSA", passkey::Algorithm::kEdDsa},
     {"ES256", passkey::Algorithm::kEs256},
     {"RS256", passkey::Algorithm::kRs256},
     {"ES384", passkey::Algorithm::kEs384},
     {"ES512", passkey::Algorithm::kEs512},
     {"Ed448", passkey::Algorithm::kEd448}}
};

std::unexpected<Error> wrong(std::string_view option, std::string_view what) {
  return fail(Errc::kInvalid, std::string(option) + ": " + std::string(what));
}

Result<std::string> read_file(std::string_view option, const std::string& name) {
  std::ifstream stream(name, std::ios::binary);
  if (!stream) return wrong(option, "cannot open " + name);
  std::string text(std::istreambuf_iterator<char>(stream), {});
  if (stream.bad()) return wrong(option, "cannot read " + name);
  if (text.size() > kLargestFile) return wrong(option, name + " is larger than 64 MiB");
  return text;
}

Result<passkey::TrustAnchors> read_anchors(
    std::string_view option, const std::vector<std::string>& files
) {
  passkey::TrustAnchors anchors;
  for (const std::string& file : files) {
    const auto text = read_file(option, file);
    if (!text) return std::unexpected(text.error());
    if (const auto added = anchors.add_pem(*text); !added)
      return wrong(option, file + ": " + added.error().message);
  }
  return anchors;
}

Result<std::vector<passkey::Aaguid>> read_aaguids(
    std::string_view option, const std::vector<std::string>& texts
) {
  std::vector<passkey::Aaguid> aaguids;
  for (const std::string& text : texts) {
    const auto aaguid = codec::parse_uuid(text);
    if (!aaguid) return wrong(option, "\"" + text + "\" is no AAGUID, which is written as a UUID");
    aaguids.push_back(*aaguid);
  }
  return aaguids;
}

std::vector<passkey::Algorithm> read_algorithms(const std::vector<std::string>& names) {
  std::vector<passkey::Algorithm> algorithms;
  for (const std::string& name : names) {
    for (const NamedAlgorithm& known : kAlgorithms) {
      if (known.name == name) algorithms.push_back(known.algorithm);
    }
  }
  return algorithms;
}

Result<std::shared_ptr<const passkey::Metadata>> read_metadata(
    const Options& options, WallTime now
) {
  const std::string& file = options.get(kMetadataFile);
  if (file.empty()) return nullptr;
  auto roots = read_anchors(kMetadataRoots.name, options.get(kMetadataRoots));
  if (!roots) return std::unexpected(std::move(roots.error()));
  const auto blob = read_file(kMetadataFile.name, file);
  if (!blob) return std::unexpected(blob.error());
  auto metadata = passkey::Metadata::read(*blob, *roots, now);
  if (!metadata) return wrong(kMetadataFile.name, metadata.error().message);
  return std::make_shared<const passkey::Metadata>(std::move(*metadata));
}

passkey::AttestationRequirement requirement(std::string_view name) {
  if (name == "trusted") return passkey::AttestationRequirement::kTrusted;
  if (name == "self_or_trusted") return passkey::AttestationRequirement::kSelfOrTrusted;
  return passkey::AttestationRequirement::kAny;
}

// A node without a domain is tried out on one machine: what it demands there is not worth stating.
Result<> require_no_attestation_policy(const Options& options) {
  const bool has_lists = !options.get(kAttestationRoots).empty() ||
                         !options.get(kAllowedAaguids).empty() ||
                         !options.get(kDeniedAaguids).empty();
  if (!has_lists && options.get(kMetadataFile).empty() &&
      options.get(kRequiredAttestation) == kRequiredAttestation.default_text) {
    return {};
  }
  return wrong(
      kRpId.name, "it has to be set where passkey.require, roots, aaguid_* or mds_file are"
  );
}

Result<> read_attestation_policy(
    passkey::RelyingParty& party, const Options& options, WallTime now
) {
  if (party.id.empty()) return require_no_attestation_policy(options);
  party.attestation = requirement(options.get(kRequiredAttestation));
  if (party.attestation != passkey::AttestationRequirement::kAny &&
      options.get(kAttestation) == kAttestation.default_text) {
    return wrong(
        kRequiredAttestation.name,
        "authenticators are not asked for what it needs; set passkey.attestation to direct"
    );
  }
  auto anchors = read_anchors(kAttestationRoots.name, options.get(kAttestationRoots));
  if (!anchors) return std::unexpected(std::move(anchors.error()));
  party.anchors = std::move(*anchors);
  auto allowed = read_aaguids(kAllowedAaguids.name, options.get(kAllowedAaguids));
  if (!allowed) return std::unexpected(std::move(allowed.error()));
  party.allowed_aaguids = std::move(*allowed);
  auto denied = read_aaguids(kDeniedAaguids.name, options.get(kDeniedAaguids));
  if (!denied) return std::unexpected(std::move(denied.error()));
  party.denied_aaguids = std::move(*denied);
  auto metadata = read_metadata(options, now);
  if (!metadata) return std::unexpected(std::move(metadata.error()));
  party.metadata = std::move(*metadata);
  return {};
}

Result<> read_origins(PasskeyRules& rules, const Options& options) {
  passkey::RelyingParty& party = rules.party;
  party.id = options.get(kRpId);
  party.origins = options.get(kPasskeyOrigins);
  party.allowed_top_origins = options.get(kAllowedTopOrigins);
  rules.related_origins = options.get(kRelatedOrigins);
  if (party.id.empty()) {
    if (party.origins.empty() && rules.related_origins.empty()) return {};
    return wrong(kRpId.name, "it has to be set where passkey.origins or related_origins are");
  }
  if (party.origins.empty()) party.origins.push_back("https://" + party.id);
  for (const std::string& related : rules.related_origins) {
    party.origins.push_back(related);
  }
  if (const auto checked = passkey::check_origins(party, rules.related_origins); !checked)
    return wrong(kPasskeyOrigins.name, checked.error().message);
  return {};
}

}  // namespace

Result<PasskeyRules> read_passkey_rules(const Options& options, WallTime now) {
  PasskeyRules rules;
  if (auto read = read_origins(rules, options); !read)
    return std::unexpected(std::move(read.error()));
  if (auto read = read_attestation_policy(rules.party, options, now); !read)
    return std::unexpected(std::move(read.error()));
  rules.rp_name = options.get(kRpName);
  rules.user_verification = options.get(kUserVerification);
  rules.resident_key = options.get(kResidentKey);
  rules.attestation = options.get(kAttestation);
  rules.party.require_user_verification = rules.user_verification == "required";
  rules.party.algorithms = read_algorithms(options.get(kPasskeyAlgorithms));
  if (rules.party.algorithms.empty())
    return wrong(kPasskeyAlgorithms.name, "at least one is needed");
  if (options.get(kCounterPolicy) == "warn")
    rules.party.counter_policy = passkey::CounterPolicy::kWarn;
  rules.challenge_lifetime = options.get(kChallengeLifetime);
  rules.most_challenges = static_cast<std::size_t>(options.get(kMostChallenges));
  rules.challenges_per_minute = static_cast<std::uint32_t>(options.get(kChallengesPerMinute));
  rules.most_per_user = static_cast<std::size_t>(options.get(kMostPasskeys));
  rules.allow_sign_up = options.get(kPasskeySignUp);
  rules.allow_delete_last = options.get(kDeleteLastPasskey);
  rules.step_up_for_delete = options.get(kStepUpForDelete);
  return rules;
}

passkey::RelyingParty development_party(const PasskeyRules& rules, std::string origin) {
  const passkey::RelyingParty& like = rules.party;
  passkey::RelyingParty party;
  party.id = kLocalhost;
  party.origins.push_back(std::move(origin));
  party.allowed_top_origins = like.allowed_top_origins;
  party.require_user_verification = like.require_user_verification;
  party.algorithms = like.algorithms;
  party.counter_policy = like.counter_policy;
  return party;
}

}  // namespace noded::auth
