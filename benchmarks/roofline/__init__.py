"""A model beside the most that its interpreter reaches on this processor, and where the rest is."""
