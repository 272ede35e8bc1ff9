"""The registers of people, services, contracts and contacts, and the calendars: what the office knows about its world.

In: CSV files and calendar profiles.
Out: answers about who holds a role, who stands in, whose address this is, and which days are working days.
Fails: errors.ConfigurationError with all faults of all files.
Limits: role names, kinds and service names are whatever the files say.
"""
