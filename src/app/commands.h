#pragma once

#include "app/config.h"
#include "cli/options.h"

namespace contactor::app {

// The commands that work on the store directly and end. All return the contract's exit status.
[[nodiscard]] int run_command(const cli::Migrate& migrate, const cli::Options& options,
                              const Environment& environment);
[[nodiscard]] int run_command(const cli::Explain& explain, const cli::Options& options,
                              const Environment& environment);
[[nodiscard]] int run_command(const cli::Doctor& doctor, const cli::Options& options,
                              const Environment& environment);
[[nodiscard]] int run_command(const cli::Token& token, const cli::Options& options,
                              const Environment& environment);
[[nodiscard]] int run_command(const cli::Ticket& ticket, const cli::Options& options,
                              const Environment& environment);
[[nodiscard]] int run_command(const cli::AuditVerify& verify, const cli::Options& options,
                              const Environment& environment);

[[nodiscard]] int run_command(const cli::VinDecode& vin_decode, const cli::Options& options,
                              const Environment& environment);

[[nodiscard]] int run_command(const cli::Schema& schema, const cli::Options& options,
                              const Environment& environment);

[[nodiscard]] int run_command(const cli::FleetImport& import, const cli::Options& options,
                              const Environment& environment);
[[nodiscard]] int run_command(const cli::FleetActivate& activate, const cli::Options& options,
                              const Environment& environment);
[[nodiscard]] int run_command(const cli::FleetPlan& plan, const cli::Options& options,
                              const Environment& environment);
[[nodiscard]] int run_command(const cli::FleetApply& apply, const cli::Options& options,
                              const Environment& environment);
[[nodiscard]] int run_command(const cli::TeslaIndividual& tesla, const cli::Options& options,
                              const Environment& environment);

[[nodiscard]] int run_command(const cli::ChargingImport& import, const cli::Options& options,
                              const Environment& environment);
[[nodiscard]] int run_command(const cli::ChargingSoh& soh, const cli::Options& options,
                              const Environment& environment);
[[nodiscard]] int run_command(const cli::ClientWork& work, const cli::Options& options,
                              const Environment& environment);
[[nodiscard]] int run_command(const cli::ServiceWork& work, const cli::Options& options,
                              const Environment& environment);
[[nodiscard]] int run_command(const cli::CredentialWork& work, const cli::Options& options,
                              const Environment& environment);

}  // namespace contactor::app
