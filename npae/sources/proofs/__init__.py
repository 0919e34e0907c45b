"""The proofs of the errata: short functions that compute the truth, the corrected and the printed statement side by side."""
