-- Exposures of each model and version, a row a day, and the deepest position shown: no request holds more exposures.
-- Counted when the log was read; it also dates the retrains.
FROM days
